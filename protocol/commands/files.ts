// Commands on the desktop's files. A path may start with ~.
import { z } from 'zod';
import { changes, Done, reads } from './spec.ts';

const Path = z.string().min(1).max(4096);
const OnPath = z.object({ path: Path });

export const fileCommands = {
  file_exists: reads({ title: 'File exists', params: OnPath, result: z.object({ exists: z.boolean() }) }),
  directory_exists: reads({
    title: 'Directory exists',
    params: OnPath,
    result: z.object({ exists: z.boolean() }),
  }),
  list_dir: reads({
    title: 'List directory',
    params: OnPath,
    result: z.object({ files: z.array(z.string()) }),
  }),
  read_text: reads({ title: 'Read file', params: OnPath, result: z.object({ content: z.string() }) }),
  read_bytes: reads({
    title: 'Read bytes',
    params: OnPath.extend({
      offset: z.number().int().min(0).default(0),
      length: z.number().int().min(0).nullish(),
    }),
    result: z.object({ content_b64: z.string() }),
  }),
  get_file_size: reads({ title: 'File size', params: OnPath, result: z.object({ size: z.number().int() }) }),
  write_text: changes({
    title: 'Write file',
    params: OnPath.extend({ content: z.string() }),
    result: Done,
    idempotent: true,
  }),
  write_bytes: changes({
    title: 'Write bytes',
    params: OnPath.extend({ content_b64: z.base64(), append: z.boolean().default(false) }),
    result: Done,
  }),
  create_dir: changes({ title: 'Create directory', params: OnPath, result: Done, idempotent: true }),
  delete_file: changes({ title: 'Delete file', params: OnPath, result: Done }),
  delete_dir: changes({ title: 'Delete directory', params: OnPath, result: Done }),
};
