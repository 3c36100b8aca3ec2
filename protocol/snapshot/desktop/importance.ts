// How much an element matters for what can be done next. The sum of the rows that apply:
//
// | points | for                                                        |
// | ------ | ---------------------------------------------------------- |
// | 500    | what takes text or a value                                 |
// | 400    | what does something: buttons, links, menu items, tabs      |
// | 250    | what can be chosen: rows, cells, icons                     |
// | 100    | what is read                                               |
// | 0      | what holds others                                          |
// | +300   | it has the keyboard focus                                  |
// | +200   | it is what Enter does in its dialog                        |
// | +150   | it belongs to the active window                            |
// | +50    | it has a text                                              |
// | -300   | it is disabled                                             |
// | -400   | a window lies on it, or it is outside of the screen        |
import type { RoleUse } from './roles.ts';

const BASE: Readonly<Record<RoleUse, number>> = {
  input: 500,
  control: 400,
  item: 250,
  content: 100,
  frame: 0,
};

export interface ImportanceFacts {
  readonly use: RoleUse;
  readonly focused: boolean;
  readonly primary: boolean;
  readonly inActiveWindow: boolean;
  readonly hasText: boolean;
  readonly enabled: boolean;
  readonly reachable: boolean;
}

export function importanceOf(facts: ImportanceFacts): number {
  return (
    BASE[facts.use] +
    (facts.focused ? 300 : 0) +
    (facts.primary ? 200 : 0) +
    (facts.inActiveWindow ? 150 : 0) +
    (facts.hasText ? 50 : 0) -
    (facts.enabled ? 0 : 300) -
    (facts.reachable ? 0 : 400)
  );
}
