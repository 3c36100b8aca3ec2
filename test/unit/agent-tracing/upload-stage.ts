// A client and a server of uploads, each with a folder of its own, and the way between them; the client's folder is the
// working one.
import { join } from 'node:path';
import { environment } from '../../support/environment.ts';
import { FaultyWay } from './faulty-way.ts';
import { MemoryLogger, temporaryFolder, type Folder } from './setup.ts';
import { uploadServer, type UploadServer } from './upload-server.ts';

export interface UploadStage extends AsyncDisposable {
  readonly folder: Folder;
  readonly server: UploadServer;
  readonly way: FaultyWay;
  readonly logger: MemoryLogger;
}

export async function openUploadStage(): Promise<UploadStage> {
  const folder = await temporaryFolder();
  const server = await uploadServer(folder.path);
  const way = await FaultyWay.to(server.url);
  const client = environment({ DESKREEL_DATA: join(folder.path, 'client') });
  const back = process.cwd();
  process.chdir(folder.path);
  return {
    folder,
    server,
    way,
    logger: new MemoryLogger(),
    [Symbol.asyncDispose]: async () => {
      process.chdir(back);
      client[Symbol.dispose]();
      await way.close();
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
