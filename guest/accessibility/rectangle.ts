// Arithmetic on rectangles of pixels.
import type { Rectangle } from './atspi.ts';
import type { Borders } from '../windows/window-connection.ts';

export function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function sameRectangle(a: Rectangle, b: Rectangle): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

export function grown(place: Rectangle, by: Borders): Rectangle {
  return {
    x: place.x - by.left,
    y: place.y - by.top,
    width: place.width + by.left + by.right,
    height: place.height + by.top + by.bottom,
  };
}

export function shrunk(place: Rectangle, by: Borders): Rectangle {
  return grown(place, { left: -by.left, right: -by.right, top: -by.top, bottom: -by.bottom });
}
