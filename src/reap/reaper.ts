/*
 * The reaper: a process of its own that outlives the test run by a moment. Main and every worker hold a connection to
 * it; when one ends, however it died, what that client started is killed and its directory removed.
 * Started as `node reaper.js <run directory> <pid of main>`, with main's connection on descriptor 3: so main's death is
 * noticed from the first moment on. It listens for workers when main has joined.
 */
import net from 'node:net'
import path from 'node:path'

import { killAll } from '../process/stop-tree.ts'
import { signalProcess } from '../process/signals.ts'
import { isUnderMark, type ProcessInfo, processTable } from '../process/table/index.ts'
import { FrameChannel } from '../protocol/channel.ts'
import { realDelay, realNow } from '../real-time.ts'
import type { ProcessRecord, ReaperReply, ReaperRequest } from './messages.ts'
import { reaperAddress, removeExcept, removeRunDirectory } from './run-directory.ts'

interface Client {
  readonly channel: FrameChannel
  readonly joined: Extract<ReaperRequest, { t: 'join' }>
  /** Start times by pid. */
  readonly processes: Map<number, string>
}

const MAIN_DESCRIPTOR = 3
const SETTLE_MS = 300
const POLL_MS = 10

const [root = '', owner] = process.argv.slice(2)
const clients = new Set<Client>()
/** Start times by pid of all that ever joined: the test runner's own processes, which it ends by itself. */
const workers = new Map<number, string>()
const kept = new Set<string>()
let main: Client | undefined
let finished: Promise<void> | undefined
let work = Promise.resolve()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('uncaughtException', () => void finish())

const server = net.createServer((socket) => serve(socket))
serve(new net.Socket({ fd: MAIN_DESCRIPTOR }), true)

function serve(socket: net.Socket, isMain = false): void {
  let client: Client | undefined
  const channel = new FrameChannel(socket, 'a client', {
    onFrame(frame) {
      const request = frame as unknown as ReaperRequest
      if (request.t === 'join') {
        client = { channel, joined: request, processes: new Map() }
        clients.add(client)
        workers.set(request.pid, request.startTime)
        if (isMain) {
          main = client
          server.listen(reaperAddress(root))
        }
        reply(client, { t: 'joined' })
      } else if (client) obey(client, request)
    },
    onEnd() {
      socket.destroy()
      if (isMain) void finish()
      else if (client) leave(client)
    },
  })
}

function obey(client: Client, request: ReaperRequest): void {
  if (request.t === 'add') client.processes.set(request.pid, request.startTime)
  else if (request.t === 'remove') client.processes.delete(request.pid)
  else if (request.t === 'keep') kept.add(path.resolve(request.dir))
  else if (request.t === 'done' && client === main) void finish()
}

function leave(client: Client): void {
  if (!clients.delete(client)) return
  work = work.then(() => clearAfter(client)).catch(ignore)
}

async function clearAfter(client: Client): Promise<void> {
  await settled((info) => belongs(client, info))
  const processes = await reap(client)
  if (processes.length > 0 && main) reply(main, { t: 'reaped', processes })
  await removeExcept(client.joined.dir, kept)
}

/** The run is over, in order or not: everything dies, workers first, so that nothing more is started. */
function finish(): Promise<void> {
  return (finished ??= end())
}

async function end(): Promise<void> {
  const orderly = main !== undefined && !main.channel.ended
  server.close()
  const ofRun = (info: ProcessInfo): boolean => isUnderMark(info.mark, path.basename(root))
  if (orderly) {
    await settled(ofRun)
  } else {
    for (const { joined } of clients) {
      const info = processTable.get(joined.pid)
      if (joined.pid !== main?.joined.pid && info?.startTime === joined.startTime)
        signalProcess(info, 'SIGKILL')
    }
  }
  // From here on nobody leaves: what is left of whoever has not yet done so would be reaped, and told of, twice.
  const present = [...clients]
  clients.clear()
  await work
  const left: ProcessRecord[] = []
  for (const client of present) left.push(...(await reap(client).catch(() => [])))
  left.push(...(await killAll('the run', ofRun).then(records, () => [])))
  const processes = left.filter(({ pid, startTime }) => workers.get(pid) !== startTime)
  await removeRunDirectory(root, Number(owner), kept).catch(ignore)
  if (orderly) await main?.channel.send({ t: 'done', processes } satisfies ReaperReply)
  process.exit()
}

/** Gives what ends by itself when its starter does, such as a compiler's service or a worker, a moment to do so. */
async function settled(concerns: (info: ProcessInfo) => boolean): Promise<void> {
  const deadline = realNow() + SETTLE_MS
  while (processTable.younger().some(concerns) && realNow() < deadline) await realDelay(POLL_MS)
}

function reap(client: Client): Promise<ProcessRecord[]> {
  return killAll('a client', (info) => belongs(client, info)).then(records)
}

function belongs({ joined, processes }: Client, info: ProcessInfo): boolean {
  return (
    isUnderMark(info.mark, joined.mark) ||
    processes.get(info.pid) === info.startTime ||
    isInGroupOf(processes, info)
  )
}

/** Whether the process is in the group of one that was named. That one may have ended; nobody else has its pid then. */
function isInGroupOf(processes: Client['processes'], { pgid }: ProcessInfo): boolean {
  const startTime = processes.get(pgid)
  if (startTime === undefined) return false
  const leader = processTable.get(pgid)
  return leader === undefined || leader.startTime === startTime
}

function records(processes: readonly ProcessInfo[]): ProcessRecord[] {
  return processes.map(({ pid, startTime, command }) => ({ pid, startTime, command }))
}

function reply(client: Client, message: ReaperReply): void {
  void client.channel.send(message)
}

function ignore(): void {}
