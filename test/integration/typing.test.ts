// Text typed on a real desktop arrives as it is: in every toolkit, on every layout.
import { describeTyping } from './typing-matrix.ts';

/** Own keys and lent ones alone tell most; the other layouts are a sample of what the soak does at length. */
describeTyping(600_000, ({ names, capsLock }) =>
  names === 'us,ru' || (names === 'us' && !capsLock) ? 5 : 1,
);
