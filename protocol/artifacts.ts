// Artifacts of a run: files that belong to it and stand in no trace, such as what was kept of a failure. Predicate's protocol.
import { z } from 'zod';
import { RunId } from './uploads.ts';

const GIB = 1024 ** 3;

/** Such as `manifest.json` or `frames/frame_1.png`: parts without a leading dot, so that none leads elsewhere. */
const ArtifactName = z
  .string()
  .max(200)
  .regex(/^(?!\.)[\w .@+-]+(\/(?!\.)[\w .@+-]+)*$/, 'a relative path of letters, digits and _ . @ + -');

export const Artifact = z.object({
  name: ArtifactName,
  size_bytes: z.number().int().min(0).max(GIB),
  content_type: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/)
    .max(100),
});
export type Artifact = z.infer<typeof Artifact>;

export const ArtifactsInit = z.looseObject({
  run_id: RunId,
  artifacts: z
    .array(Artifact)
    .min(1)
    .max(10_000)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two artifacts have one name'),
});

const Address = { upload_url: z.string(), storage_key: z.string() };
export const ArtifactAddresses = z.object({
  upload_urls: z.array(z.object({ name: z.string(), ...Address })),
  /** For a list of what was uploaded, with the storage key of each. */
  artifact_index_upload: z.object(Address),
  /** Seconds. */
  expires_in: z.number(),
});
export type ArtifactAddresses = z.infer<typeof ArtifactAddresses>;

/** `artifact_index_key`: the storage key of the list, which says which of several uploads is meant. */
export const ArtifactsComplete = z.looseObject({ run_id: RunId, artifact_index_key: z.string() });
export const ArtifactsCompleted = z.object({ run_id: z.string(), artifact_count: z.number() });

export const ArtifactsKept = z.object({ run_id: z.string(), artifacts: z.array(Artifact) });
