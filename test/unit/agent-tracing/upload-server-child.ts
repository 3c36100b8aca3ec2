// The server of uploads as a process, for tests that kill it: `node upload-server-child.ts <folder>`.
import { uploadServer } from './upload-server.ts';

const { url, token } = await uploadServer(process.argv[2] ?? '.');
process.stdout.write(`${JSON.stringify({ url, token })}\n`);
