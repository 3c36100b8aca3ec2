// The tests of exact typing at length: thirty times into every application on every layout.
import { describeTyping } from '../integration/typing-matrix.ts';

describeTyping(3_600_000, () => 30);
