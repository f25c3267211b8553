import type { Client, Introduction } from './client.ts'
import type { Exchange, Upgrade } from './exchange.ts'
import type { Destination, LookupVerdict, Verdict } from './verdict.ts'

/** What decides on the traffic that comes through a gateway. */
export interface Answerer {
  /** A process has shown up. Its route is closed by the gateway when it has gone. */
  introduce(introduction: Introduction): Client
  /** Where a connection goes. Asked of each one, before it is made. */
  connect(client: Client, destination: Destination): Promise<Verdict>
  /** What a name stands for. */
  lookup(client: Client, host: string): Promise<LookupVerdict>
  /** Whether a datagram may go out. Only `direct` and `nowhere`. */
  datagram(client: Client, destination: Destination): Promise<Verdict>
  request(exchange: Exchange): void
  upgrade(upgrade: Upgrade): void
  /** A connection holds something that is neither HTTP nor TLS; the gateway has reset it. @param text how it begins */
  unintelligible(client: Client, destination: Destination, text: string): void
  /** A TLS handshake has failed, most often because the client does not trust the authority. @param reason as OpenSSL puts it */
  untrusted(client: Client, destination: Destination, reason: string): void
}
