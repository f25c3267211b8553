export { buildAgentForTest } from './build/build-agent.ts'
export { type Clock, systemClock } from './clock/clock.ts'
export { createHarness } from './create-harness.ts'
export { SuperviseError, type SuperviseErrorCode } from './errors.ts'
export type { Harness, SpawnAgentOptions } from './harness.ts'
export type { Json } from './json.ts'
export type { AgentEntry, ReadyWhen, SpawnOptions, SuperviseOptions } from './options.ts'
export type { AgentCommand, AgentCommandOptions } from './process/agent-command.ts'
export { AgentHandle } from './process/agent-handle.ts'
export type { AgentOutput } from './process/agent-output.ts'
export { Spawner, type SpawnerOptions } from './process/spawner.ts'
export type { ProcessInfo } from './process/table/index.ts'
export { Watcher, type WatchResult } from './process/watcher.ts'
export type { AgentScript } from './protocol/frames.ts'
export {
  type BackoffContext,
  type BackoffStrategy,
  ConstantBackoff,
  ExponentialBackoff,
  type ExponentialBackoffOptions,
  type Jitter,
  ListBackoff,
} from './restart/backoff.ts'
export { RestartLoopPolicy } from './restart/policy.ts'
export {
  MaxRestartsExhaustedError,
  type RestartEvent,
  RestartLoop,
  type RestartLoopOptions,
  type RestartOutcome,
  type Running,
  type Starter,
} from './restart/restart-loop.ts'
export { Scope } from './scope.ts'
