// What a person did, in the words of the command table: what an agent would have to call for the same.
export type GestureMethod =
  | 'left_click'
  | 'right_click'
  | 'middle_click'
  | 'double_click'
  | 'triple_click'
  | 'drag'
  | 'scroll'
  | 'type_text'
  | 'press_key'
  | 'hotkey'
  | 'key_down'
  | 'key_up';

export interface Gesture {
  readonly method: GestureMethod;
  readonly args: Readonly<Record<string, unknown>>;
  /** Of its first event and of its last. Milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs: number;
}

/** What an event begins: as much as is known of it before the event has an effect. */
export type GestureStart = Pick<Gesture, 'method' | 'args'>;

/** In the order in which they are so: what was under way has ended, and what begins with the event. */
export type GestureStep =
  | { readonly kind: 'begins'; readonly start: GestureStart }
  | { readonly kind: 'ends'; readonly gesture: Gesture };
