import type { AgentSpawner } from '../../restart/agent-starter.ts'
import type { Timeline } from '../../timeline/timeline.ts'
import type { Exploration } from '../exploration.ts'
import type { ScenarioCommand, ScenarioWorld } from './stage.ts'

type Agents = Exploration['agents']

/** The commands of the agents, by id. */
export function commandsOf(
  agents: Agents,
  commandOf: (agent: Agents[number]) => ScenarioCommand,
): Readonly<Record<string, ScenarioCommand>> {
  return Object.fromEntries(agents.map((agent) => [agent.id, commandOf(agent)]))
}

/** Has the timeline say that an agent was given up. */
export function gaveUpIn(timeline: Timeline, first: string): ScenarioWorld['gaveUp'] {
  return (agent = first) => timeline.record({ kind: 'gave-up', agent, attempt: timeline.attempts(agent) })
}

/** Starts the agents of a scenario by their scripts, which options may change; those of other ids are healthy. */
export function scriptedSpawner(spawner: AgentSpawner, agents: Agents): AgentSpawner {
  const scripts = new Map(agents.map(({ id, script }) => [id, script]))
  return { spawn: (id, options) => spawner.spawn(id, { script: scripts.get(id) ?? {}, ...options }) }
}
