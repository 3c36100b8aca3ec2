// Text typed on a real desktop arrives as it is: in every toolkit, on every layout.
import { describeTyping, type Layout } from './typing-matrix.ts';

/** Own keys and lent ones alone tell most; the other layouts are a sample of what the soak does at length. */
const often = ({ names, capsLock }: Layout): boolean => names === 'us,ru' || (names === 'us' && !capsLock);
describeTyping(600_000, (layout) => (often(layout) ? 5 : 1), 300);
