import { inspect } from 'node:util'

import { isRecord } from '../json.ts'
import { assertFault } from '../fault/where.ts'
import type { Fault } from '../fault/fault.ts'
import {
  type Check,
  type Checks,
  checkOptions,
  invalidOption,
  milliseconds,
  wholeNumber,
} from '../option-checks.ts'
import { assertAgentId } from '../process/agent-id.ts'
import type { AgentScript } from '../protocol/frames.ts'
import { checkCommandOptions } from '../resolve-options.ts'
import { refusalInSimulation } from '../simulate/refusals.ts'
import { assertMeant } from './assert-meant.ts'
import { DEFAULT_FAULTS } from './default-faults.ts'
import type { ScenarioWorld } from './play/stage.ts'
import type { Invariant } from './play/trace.ts'

/** A fault that schedules have, or what makes one of a time in ms: schedules then have it of many. */
export type FaultChoice = Fault | ((ms: number) => Fault)

/** What of a scenario is explored, and what has to hold. Times are virtual. */
export interface ExploreOptions<Subject = unknown, Agent extends string = string> {
  /** How many schedules are played. Default 1,000. */
  readonly schedules?: number
  /** The ids of the agents, or their scripts by their ids. Default: one healthy one, `agent`. */
  readonly agents?: readonly Agent[] | Readonly<Record<Agent, AgentScript>>
  /** What may strike them. Default: crashes, refused starts, slow and failing starts, ignored signals, slow ends, held outputs. */
  readonly faults?: readonly FaultChoice[]
  /** What has to hold of every play. That nothing is thrown uncaught, and that it comes to rest, always has to. */
  readonly invariants: readonly Invariant[]
  /** What a user does with the subject, which the scenario gives: schedules call these at any time. Default: nothing. */
  readonly steps?: Readonly<Record<string, (subject: Subject) => unknown>>
  /** How long each play lasts, in ms. Default 60,000. */
  readonly within?: number
  /** The last attempt of an agent that faults strike. Default 5. */
  readonly attempts?: number
  /** How many faults and steps a schedule has at most. Default 8. */
  readonly length?: number
  /** Which schedules are played; the same seed gives the same ones, everywhere. Default 1. */
  readonly seed?: number
  /**
   * How many threads play. Each loads the file by itself, without Vitest. Default: one for each core; 0: the test plays in its own
   * thread, for a debugger, for coverage, or for what only Vitest can load.
   */
  readonly workers?: number
}

/**
 * What is explored: it makes the subject, has it run, and gives it. It is called anew for each schedule, and has to do the same
 * each time. Steps are called when it has returned, or its promise has resolved.
 */
export type Scenario<Subject = unknown, Agent extends string = string> = (
  world: ScenarioWorld<Agent>,
) => Subject | PromiseLike<Subject>

/** An exploration with all its defaults. */
export interface Exploration {
  readonly name: string
  readonly schedules: number
  readonly agents: readonly { readonly id: string; readonly script: AgentScript }[]
  readonly faults: readonly FaultChoice[]
  readonly invariants: readonly Invariant[]
  readonly steps: Readonly<Record<string, (subject: unknown) => unknown>>
  readonly within: number
  readonly attempts: number
  readonly length: number
  readonly seed: number
  readonly workers: number | undefined
  readonly scenario: Scenario
}

/**
 * Fills in the defaults. Throws `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID` or `ERR_AGENT_ID_INVALID`, which say what is wrong, and
 * `ERR_FAULT_UNSUPPORTED` for a fault that cannot happen in a simulation.
 */
export function resolveExploration<Subject, Agent extends string>(
  name: string,
  options: ExploreOptions<Subject, Agent>,
  scenario: Scenario<Subject, Agent>,
): Exploration {
  const exploration = resolveReplayed(name, options, scenario)
  for (const choice of exploration.faults) {
    const refusal = refusalInSimulation(oneOf(choice))
    if (refusal) throw refusal
  }
  return exploration
}

/** The same for what is only replayed, with the faults of its failure: real processes have those that simulations do not. */
export function resolveReplayed<Subject, Agent extends string>(
  name: string,
  options: ExploreOptions<Subject, Agent>,
  scenario: Scenario<Subject, Agent>,
): Exploration {
  if (!isRecord(options))
    throw invalidOption('explore', 'options', options, 'an object such as { invariants: […] }')
  checkOptions('explore', options, CHECKS)
  if (typeof scenario !== 'function') throw invalidOption('explore', 'scenario', scenario, 'a function')
  const { schedules = 1000, agents = ['agent'], faults = DEFAULT_FAULTS, invariants, steps = {} } = options
  const { within = 60_000, attempts = 5, length = 8, seed = 1, workers } = options
  if (invariants === undefined) throw invalidOption('explore', 'invariants', invariants, INVARIANTS)
  const scripts = Array.isArray(agents)
    ? (agents as readonly string[]).map((id) => ({ id, script: {} }))
    : Object.entries<AgentScript>(agents as Readonly<Record<string, AgentScript>>).map(([id, script]) => ({
        id,
        script,
      }))
  assertMeant(
    invariants,
    scripts.map(({ id }) => id),
    Object.keys(steps),
  )
  return {
    name,
    schedules,
    agents: scripts,
    faults,
    invariants,
    steps: steps as Exploration['steps'],
    within,
    attempts,
    length,
    seed,
    workers,
    scenario,
  }
}

const INVARIANTS = 'a list of invariants, such as [invariant.noOverlap()]'

const atLeastOne: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 1 ? undefined : 'a whole number, 1 or more'

const CHECKS: Checks = {
  schedules: wholeNumber(),
  agents: checkAgents,
  faults: checkFaults,
  invariants: (value) => (Array.isArray(value) && value.every(isInvariant) ? undefined : INVARIANTS),
  steps: (value) =>
    isRecord(value) && Object.values(value).every((step) => typeof step === 'function')
      ? undefined
      : 'functions of the subject by their names, such as { stop: (supervisor) => supervisor.stop() }',
  within: milliseconds,
  attempts: atLeastOne,
  length: wholeNumber(100),
  seed: wholeNumber(2 ** 31 - 1),
  workers: wholeNumber(256),
}

function checkAgents(value: unknown): string | undefined {
  const ids = Array.isArray(value) ? (value as unknown[]) : isRecord(value) ? Object.keys(value) : []
  if (ids.length === 0)
    return "ids, such as ['worker'], or scripts by ids, such as { worker: { lifetime: 1000 } }"
  for (const id of ids) assertAgentId(id as string)
  if (isRecord(value))
    for (const script of Object.values(value)) checkCommandOptions({ script: script as AgentScript })
  return new Set(ids).size === ids.length ? undefined : 'ids of which each is there once'
}

function checkFaults(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'a list of faults, such as [fault.exit(1), (ms) => fault.slowStart(ms)]'
  for (const choice of value as unknown[]) {
    assertFault(oneOf(choice as FaultChoice), `explore, in \`faults\`, where ${inspect(choice)} stands,`)
  }
}

/** What a choice stands for, of any time. */
function oneOf(choice: FaultChoice): Fault {
  return typeof choice === 'function' ? choice(1000) : choice
}

function isInvariant(value: unknown): value is Invariant {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['check'] === 'function'
}
