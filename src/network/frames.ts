/*
 * What a child's preload and the gateway say to each other: a JSON object a line, over the Unix socket of the gateway. One
 * connection a thread of a process that wants to reach something.
 */

/** What the preload says. The first is `hello`; each question is answered by a frame with its number. */
export type PreloadFrame =
  | { readonly t: 'hello'; readonly pid: number; readonly agent?: string; readonly mark?: string }
  | { readonly t: 'connect'; readonly n: number; readonly host: string; readonly port: number }
  | { readonly t: 'lookup'; readonly n: number; readonly host: string }
  | { readonly t: 'datagram'; readonly n: number; readonly host: string; readonly port: number }
  /** To be answered in about so many ms of real time. */
  | { readonly t: 'wake'; readonly n: number; readonly ms: number }

/** What the gateway answers: where to go instead, to go where it wanted, or with which error to fail. */
export type GatewayFrame =
  | { readonly n: number; readonly to: 'direct' }
  /** The port on 127.0.0.1 at which the gateway takes the connection. */
  | { readonly n: number; readonly to: 'gateway'; readonly port: number }
  /** The address that the name stands for: a connection to it comes here, too. */
  | { readonly n: number; readonly to: 'gateway'; readonly address: string }
  | { readonly n: number; readonly to: 'nowhere'; readonly code: string }
  /** The time has come. */
  | { readonly n: number; readonly to: 'now' }

/** What the preload is given by the file that `NODE_OPTIONS` names. */
export interface PreloadOptions {
  /** The path of the gateway's Unix socket. */
  readonly control: string
  /** The path of the certificate of the authority, PEM. */
  readonly ca: string
  /** The path of the file that was required, which children with an environment of their own are given, too. */
  readonly file: string
  /**
   * Variables that a child is given back that is started with an environment without them: what points programs that are
   * not Node to the gateway's proxy and its authority.
   */
  readonly env: Readonly<Record<string, string>>
}
