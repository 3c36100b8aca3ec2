// deskreel screenshot
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from '../../sdk/interface/computer-interface.ts';
import { command } from '../command.ts';

export const screenshot = command({
  name: 'screenshot',
  takes: ['<desktop>'],
  about: "Save a picture of a desktop's screen",
  flags: {
    out: {
      type: 'string',
      value: 'FILE',
      about: 'where; .jpg for a JPEG, - for standard output (<name>_<time>.png)',
    },
  },
  run: async ({ words: [wanted = ''], flags }, { out, server, signal }) => {
    const deskreel = await server();
    const desktop = await deskreel.getDesktop(wanted);
    const session = deskreel.session(desktop.id);
    try {
      const target = flags.out ?? `${desktop.name}_${timeStamp(new Date())}.png`;
      const format = /\.jpe?g$/i.test(target) ? 'jpeg' : 'png';
      const picture = await createInterface(() => session).screenshotDetails({ format, signal });
      if (target === '-') {
        out.raw(picture.image);
        return true;
      }
      const path = resolve(target);
      await writeFile(path, picture.image);
      const { frame, width, height, cursor } = picture;
      out.result({ path, format, frame, width, height, cursor }, () => path);
    } finally {
      session.close();
    }
    return true;
  },
});

function timeStamp(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:T]/g, '');
  return `${digits.slice(0, 8)}_${digits.slice(8, 14)}`;
}
