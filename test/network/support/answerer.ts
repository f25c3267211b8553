import type { Answerer } from '../../../src/network/answerer.ts'
import type { Client, Introduction } from '../../../src/network/client.ts'
import type { Exchange, Upgrade } from '../../../src/network/exchange.ts'
import type { Destination, LookupVerdict, Verdict } from '../../../src/network/verdict.ts'

/** Answers as a test says, and keeps what it was told. */
export class HandmadeAnswerer implements Answerer {
  readonly introductions: Introduction[] = []
  readonly asked: { readonly client: Client; readonly destination: Destination }[] = []
  readonly garbage: string[] = []
  readonly distrust: string[] = []
  /** How many routes are not closed yet. */
  routes = 0
  onConnect: (destination: Destination) => Verdict = () => ({ to: 'gateway' })
  onLookup: (host: string) => LookupVerdict = () => ({ to: 'direct' })
  onRequest: (exchange: Exchange) => unknown = (exchange) => void exchange.respond(new Response('hello'))
  onUpgrade: (upgrade: Upgrade) => unknown = (upgrade) => upgrade.accept()
  onDeliver: (event: () => void) => void = (event) => event()

  introduce(introduction: Introduction): Client {
    this.introductions.push(introduction)
    this.routes++
    const close = (): void => void this.routes--
    return {
      agent: introduction.agent,
      attempt: undefined,
      label: undefined,
      hasEnded: false,
      pid: introduction.pid,
      route: { deliver: (event) => this.onDeliver(event), close },
    }
  }

  connect(client: Client, destination: Destination): Promise<Verdict> {
    this.asked.push({ client, destination })
    return Promise.resolve(this.onConnect(destination))
  }

  lookup(_client: Client, host: string): Promise<LookupVerdict> {
    return Promise.resolve(this.onLookup(host))
  }

  datagram(): Promise<Verdict> {
    return Promise.resolve({ to: 'nowhere', code: 'ENETUNREACH' })
  }

  request(exchange: Exchange): void {
    void this.onRequest(exchange)
  }

  upgrade(upgrade: Upgrade): void {
    void this.onUpgrade(upgrade)
  }

  unintelligible(_client: Client, _destination: Destination, text: string): void {
    this.garbage.push(text)
  }

  untrusted(_client: Client, _destination: Destination, reason: string): void {
    this.distrust.push(reason)
  }
}
