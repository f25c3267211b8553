import { EVERYWHERE, type FactsOf, type Fault, make } from '../make.ts'

/**
 * Its connection to the test goes wrong: what reads `AgentHandle.messages()` or `AgentHandle.socket` is put to the proof.
 * After a frame that is none the test ends the connection, and `messages()` rejects with `ERR_PROTOCOL`.
 */
export const socket = {
  /** Closes its connection to the test and lives on. */
  closeSocket(): Fault {
    return make('closeSocket', 'ready')
  },
  /** Ends its half of the connection, reads on, and lives. */
  halfCloseSocket(): Fault {
    return make('halfCloseSocket', 'ready')
  },
  /** Sends a line that is no frame, closes the connection, and lives on. */
  garbageFrame(): Fault {
    return make('garbageFrame', 'ready')
  },
  /** Sends the beginning of a frame, closes the connection, and lives on. */
  truncatedFrame(): Fault {
    return make('truncatedFrame', 'ready')
  },
  /** Sends a line longer than the 1 MiB of a frame, closes the connection, and lives on. */
  oversizedFrame(): Fault {
    return make('oversizedFrame', 'ready')
  },
  /** Says `hello` a second time, and `ready` if it is: nothing comes of that. */
  duplicatedFrame(): Fault {
    return make('duplicatedFrame', 'ready')
  },
  /** Confirms an order that was given to nobody, as if it were left over from an earlier life: nothing comes of that. */
  staleFrame(): Fault {
    return make('staleFrame', 'ready')
  },
  /** From then on sends the first 256 bytes of each frame one by one, a real ms apart. */
  slowSocket(): Fault {
    return make('slowSocket', 'ready')
  },
}

export const socketFacts: FactsOf<typeof socket> = {
  closeSocket: { on: EVERYWHERE, finds: 'what takes a lost connection for an exit' },
  halfCloseSocket: { on: EVERYWHERE, finds: 'writes to who does not answer any more' },
  garbageFrame: { on: EVERYWHERE, finds: 'what takes lost control for an exit' },
  truncatedFrame: { on: EVERYWHERE, finds: 'half a message that is taken for a whole one' },
  oversizedFrame: { on: EVERYWHERE, finds: 'a message buffer without a limit' },
  duplicatedFrame: { on: EVERYWHERE, finds: 'work that is done twice' },
  staleFrame: { on: EVERYWHERE, finds: 'answers taken for those of another attempt' },
  slowSocket: { on: EVERYWHERE, finds: 'a read taken for a whole message' },
}
