// The agent's process.
import { runAgent } from './agent/run-agent.ts';
import { readConfig } from './config.ts';

await runAgent(readConfig(process.env));
