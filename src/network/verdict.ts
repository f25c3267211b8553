/** What a client wants to reach. */
export interface Destination {
  /** A name or an address, as the client has it. */
  readonly host: string
  readonly port: number
}

/** Where a connection is to go: to its destination, to the gateway, or nowhere, with the system's error. */
export type Verdict =
  | { readonly to: 'direct' }
  | { readonly to: 'gateway' }
  | { readonly to: 'nowhere'; readonly code: string }

/** What a name stands for: what the system says, this address of the gateway's, or nothing, with the resolver's error. */
export type LookupVerdict =
  | { readonly to: 'direct' }
  | { readonly to: 'gateway'; readonly address: string }
  | { readonly to: 'nowhere'; readonly code: string }
