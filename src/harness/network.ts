import type { Clock } from '../clock/clock.ts'
import type { Router } from '../clock/route.ts'
import { throwAll } from '../errors.ts'
import { networkEnvironment, proxyEnvironment, withNetwork } from '../network/environment.ts'
import type { Gateway } from '../network/gateway/gateway.ts'
import { requireMsw } from '../network/msw.ts'
import { Network } from '../network/network.ts'
import { NetworkAnswerer } from '../network/network-answerer.ts'
import type { NetworkEvent } from '../network/network-event.ts'
import type { Introduction } from '../network/client.ts'
import type { Inquiry } from '../network/known-client.ts'
import type { UnhandledStrategy } from '../network/ways.ts'
import type { AgentCommands } from '../process/agent-command.ts'
import type { ChildIdentity, Surroundings } from '../process/surroundings.ts'
import { isAlive, processTable } from '../process/table/index.ts'
import type { HarnessProcesses } from './processes.ts'

/** @internal What the network of one harness shares with it. */
export interface HarnessNetworkParts {
  /** The directory of the run. */
  readonly directory: string
  /** Tells the files of this harness from those of others in there. */
  readonly name: string
  /** The directory of the project, which brings MSW. */
  readonly project: string
  readonly onUnhandled: UnhandledStrategy
  readonly clock: Clock
  readonly router: Router
  readonly processes: HarnessProcesses
  readonly commands: () => AgentCommands | undefined
  readonly observe: (event: NetworkEvent) => void
}

/** @internal The network of one harness, once it has been asked for: what surrounds its children, and how it ends. */
export class HarnessNetwork implements Surroundings {
  readonly #parts: HarnessNetworkParts
  #opening: Promise<Network> | undefined
  #open:
    | { readonly gateway: Gateway; readonly answerer: NetworkAnswerer; readonly network: Network }
    | undefined

  constructor(parts: HarnessNetworkParts) {
    this.#parts = parts
  }

  /** The requests that wait for an answer at this moment, in words. */
  get unanswered(): readonly string[] {
    return this.#open?.answerer.unanswered ?? []
  }

  /** Opens it at the first call. Rejects with `ERR_MSW_MISSING`, `ERR_MSW_UNSUPPORTED` or `ERR_PATH_TOO_LONG`. */
  open(): Promise<Network> {
    return (this.#opening ??= this.#begin())
  }

  get preload(): string | undefined {
    return this.#open?.gateway.preloadFile
  }

  environment(
    inherited: Readonly<Record<string, string>>,
    own: Readonly<Record<string, string>>,
    child: ChildIdentity,
  ): Record<string, string> {
    if (!this.#open) return { ...inherited, ...own }
    return withNetwork(inherited, networkEnvironment(this.#open.gateway, child), own)
  }

  /** An agent has ended. */
  ended(agent: string, attempt: number): void {
    this.#open?.answerer.ended(agent, attempt)
  }

  /**
   * Ends it: nothing is reached through it any more. Rejects with what handlers threw, with `ERR_NETWORK_UNHANDLED` and with
   * `ERR_FAULT_UNFIRED`, unless the test has failed by itself.
   */
  async close(failed: boolean): Promise<void> {
    await this.#opening?.catch(() => {})
    if (!this.#open) return
    const { gateway, answerer, network } = this.#open
    network.close()
    answerer.close()
    for (const { client, destination } of gateway.silent()) answerer.silent(client, destination)
    await gateway.close()
    const unhandled = answerer.unhandled.error(answerer.handlers.names)
    if (!failed)
      throwAll([
        ...answerer.errors,
        ...[unhandled, answerer.rules.unfired()].filter((error) => error !== undefined),
      ])
    // A child that gets no answer may be why it has failed.
    else if (unhandled) console.error(unhandled.message)
  }

  async #begin(): Promise<Network> {
    const { directory, name, project, onUnhandled, clock, router, observe } = this.#parts
    requireMsw(project)
    const identify = (introduction: Introduction) => this.#identify(introduction)
    const answerer = new NetworkAnswerer({ onUnhandled, clock, router, identify, observe })
    // Few tests have a network, and their start-up is all that pays for it.
    const [{ Authority }, { openGateway }] = await Promise.all([
      import('../network/certificates/authority.ts'),
      import('../network/gateway/gateway.ts'),
    ])
    const authority = await Authority.ofRun(directory)
    const gateway = await openGateway({ answerer, directory, name, authority, env: proxyEnvironment })
    answerer.closeIdle = (matches) => gateway.closeIdle(matches)
    const network = new Network({ answerer, env: networkEnvironment(gateway) })
    this.#open = { gateway, answerer, network }
    return network
  }

  /** By its mark, if that is its alone; else by the process, or the first of its forebears, that is known by its number. */
  #identify({ pid, mark }: Introduction): Inquiry {
    const { processes, commands } = this.#parts
    const line = pid === undefined ? [] : lineOf(pid)
    const process = pid === undefined ? undefined : processTable.get(pid)
    return {
      identity: () => processes.identify(mark, line) ?? commands()?.identify(line),
      label: () => processes.nameOf(mark, line),
      hasEnded: () => process !== undefined && !isAlive(process),
    }
  }
}

/** A process, then its forebears up to this one, which would be forgotten with them. */
function lineOf(pid: number): number[] {
  const line: number[] = []
  for (let at: number | undefined = pid; at !== undefined && at > 1 && at !== process.pid;) {
    line.push(at)
    at = processTable.get(at)?.ppid
    if (at !== undefined && line.includes(at)) break
  }
  return line
}
