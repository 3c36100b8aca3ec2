// Step 5, for `trace export … video` alone: ffmpeg. Everything else works without it.
import { run } from './command.mjs';
import { installPackages, mayInstallPackages } from './engine.mjs';
import { SetupError } from './progress.mjs';

export async function ensureFfmpeg(progress) {
  const asked = await run(['ffmpeg', '-version']);
  if (asked.code === 0) return progress.fine('ffmpeg', asked.stdout.split(' ').slice(1, 3).join(' '));
  if (!mayInstallPackages()) return progress.fine('ffmpeg', 'absent: traces are not exported as videos');
  await progress.during('ffmpeg', 'absent: getting it, to export traces as videos', async () => {
    try {
      await installPackages(['ffmpeg'], progress);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      progress.note('ffmpeg', 'it could not be installed; all but videos works without it');
    }
  });
}
