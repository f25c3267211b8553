export { buildAgentForTest, type BuildOptions } from './build/build-agent.ts'
export type { VirtualClockOptions } from './clock/clock-options.ts'
export { type Clock, systemClock } from './clock/clock.ts'
export type { EvidenceLevel } from './clock/situation.ts'
export type { PendingTimer } from './clock/timer-engine.ts'
export type { UncontrolledTimer } from './clock/uncontrolled.ts'
export { type RunUntilOptions, VirtualClock } from './clock/virtual-clock.ts'
export { renderScoreCard, renderScoreCards, type Score, type ScoreCard } from './conformance/score-card.ts'
export type { TrialTime } from './conformance/time.ts'
export type { Verdict } from './conformance/verdict.ts'
export { createHarness } from './harness/create-harness.ts'
export { SuperviseError, type SuperviseErrorCode, type SuperviseErrorFacts } from './errors.ts'
export type { ExploreOptions, FaultChoice, Scenario } from './explore/exploration.ts'
export type { Failure } from './explore/replay/failure.ts'
export { invariant } from './explore/invariants/index.ts'
export type { BoundedRestartsOptions } from './explore/invariants/bounded-restarts.ts'
export type { MonotoneBackoffOptions } from './explore/invariants/monotone-backoff.ts'
export type { NoLeaksOptions } from './explore/invariants/no-leaks.ts'
export type {
  AgentOptions as InvariantAgentOptions,
  StepOptions as InvariantStepOptions,
  SuccessOptions as InvariantSuccessOptions,
} from './explore/invariants/promises.ts'
export type { StopIsFinalOptions } from './explore/invariants/stop-is-final.ts'
export type { Schedule, ScheduledFault, ScheduledStep, ScheduleEntry } from './explore/schedule.ts'
export type { ScenarioCommand, ScenarioTimers, ScenarioWorld } from './explore/play/stage.ts'
export type { Invariant, Rest, Trace, Violation } from './explore/play/trace.ts'
export type { LeftChild } from './fault/catalogue/tree.ts'
export { type Fault, fault, type FaultDefinition, type FaultOf } from './fault/fault.ts'
export { FaultPlan, type Injection } from './fault/fault-plan.ts'
export type { OutputName } from './fault/make.ts'
export { faultSupport, type FaultSupport } from './fault/support.ts'
export type { Attempts as FaultAttempts, Point as FaultPoint, Where as FaultWhere } from './fault/where.ts'
export type { Harness } from './harness/harness.ts'
export type { HarnessLoopOptions } from './harness/loop.ts'
export type { SpawnAgentOptions } from './harness/parts.ts'
export type { Json } from './json.ts'
export type {
  AgentEntry,
  NetworkOptions,
  ReadyWhen,
  RemainsOptions,
  SpawnOptions,
  SuperviseOptions,
  SupervisorCommand,
  SupervisorOptions,
} from './options.ts'
export type { NetworkInjection } from './network/fault-rules.ts'
export type { NetworkHandler } from './network/handlers.ts'
export { Network } from './network/network.ts'
export type { NetworkEvent, RequestOutcome } from './network/network-event.ts'
export type { ConnectErrorCode, NetworkFault } from './network/network-fault.ts'
export type { NetworkRequest } from './network/request-log.ts'
export type { UnhandledTraffic } from './network/unhandled.ts'
export type { UrlLike } from './network/url-pattern.ts'
export type { AgentCommand, AgentCommandOptions } from './process/agent-command.ts'
export type { AgentEvent } from './process/agent-event.ts'
export { AgentHandle } from './process/agent-handle.ts'
export type { AgentOutput } from './process/agent-output.ts'
export type { ProcessHandle } from './process/process-handle.ts'
export { Spawner, type SpawnerOptions } from './process/spawner.ts'
export { SupervisorHandle } from './process/supervisor-handle.ts'
export type { ProcessInfo } from './process/table/index.ts'
export { Watcher, type WatchResult } from './process/watcher.ts'
export type { AgentScript, FaultPoint as AgentFaultPoint } from './protocol/frames.ts'
export type { AgentSpawner, StartedAgent } from './restart/agent-starter.ts'
export {
  type BackoffContext,
  type BackoffStrategy,
  ConstantBackoff,
  ExponentialBackoff,
  type ExponentialBackoffOptions,
  type Jitter,
  ListBackoff,
} from './restart/backoff.ts'
export type { RestartRecord, RestartWindow } from './restart/history.ts'
export { RestartLoopPolicy, type RestartSuccess } from './restart/policy.ts'
export type { RestartPresetFacts, RestartPresetStop } from './restart/presets/facts.ts'
export type { RestartPreset, RestartPresetOptions } from './restart/presets/preset.ts'
export { restartPreset, type RestartPresetName } from './restart/presets/restart-preset.ts'
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
export type { SimulatedChildProcess } from './simulate/child-process.ts'
export type { HeapClock, HeapTimers } from './simulate/heap-clock.ts'
export type { HeapTimer } from './simulate/heap-timer.ts'
export type { RunOptions as SimulationRunOptions } from './simulate/run.ts'
export {
  Simulation,
  type SimulatedCommand,
  type SimulatedCommandOptions,
  type SimulationOptions,
} from './simulate/simulation.ts'
export type { SimulatedHandle } from './simulate/handle.ts'
export type { SimulatedSpawner } from './simulate/spawner.ts'
export type { SimulatedProcess } from './simulate/starts.ts'
export type { TimelineRecord } from './timeline/attempt-records.ts'
export type {
  LoopEvent,
  NoteEvent,
  ScenarioEvent,
  TimelineEntry,
  TimelineEvent,
  TimelineEventOf,
  TimelineKind,
} from './timeline/events.ts'
export { Timeline, type TimelineTime, type UntilOptions } from './timeline/timeline.ts'
