import { EVERYWHERE, type FactsOf, type Fault, make } from '../make.ts'

/** Its connection to the test goes wrong. */
export const socket = {
  /** Closes its connection to the test and lives on. */
  closeSocket(): Fault {
    return make('closeSocket', 'ready')
  },
}

export const socketFacts: FactsOf<typeof socket> = {
  closeSocket: { on: EVERYWHERE, finds: 'what takes a lost connection for an exit' },
}
