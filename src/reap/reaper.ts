/*
 * The reaper: a process of its own that outlives the test run by a moment. Main and every worker hold a connection to
 * it; when one ends, however it died, what that client started is killed and its directory removed.
 * Started as `node reaper.js <run directory> <mark>`; prints `ready` when it listens.
 */
import net from 'node:net'
import path from 'node:path'

import { killAll } from '../process/stop-tree.ts'
import { signalProcess } from '../process/signals.ts'
import { isUnderMark, type ProcessInfo, processTable } from '../process/table/index.ts'
import { FrameChannel } from '../protocol/channel.ts'
import { realSetTimeout } from '../real-time.ts'
import type { ProcessRecord, ReaperReply, ReaperRequest } from './messages.ts'
import { reaperAddress, removeExcept, removeRunDirectory } from './run-directory.ts'

interface Client {
  readonly channel: FrameChannel
  readonly joined: Extract<ReaperRequest, { t: 'join' }>
  /** Start times by pid. */
  readonly processes: Map<number, string>
}

const JOIN_LIMIT_MS = 30_000

const [root = '', mark = ''] = process.argv.slice(2)
const clients = new Set<Client>()
const kept = new Set<string>()
let main: Client | undefined
let work = Promise.resolve()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('uncaughtException', () => void finish())

const server = net.createServer(serve)
server.listen(reaperAddress(root), () => process.stdout.write('ready\n'))
realSetTimeout(() => main ?? void finish(), JOIN_LIMIT_MS).unref()

function serve(socket: net.Socket): void {
  let client: Client | undefined
  const channel = new FrameChannel(socket, 'a client', {
    onFrame(frame) {
      const request = frame as unknown as ReaperRequest
      if (request.t === 'join') {
        client = { channel, joined: request, processes: new Map() }
        clients.add(client)
        if (request.role === 'main') main = client
        reply(client, { t: 'joined' })
      } else if (client) obey(client, request)
    },
    onEnd() {
      socket.destroy()
      if (client) leave(client)
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
  if (client === main) {
    void finish()
    return
  }
  work = work.then(async () => {
    const processes = await reap(client, client.joined.mark)
    if (processes.length > 0 && main) reply(main, { t: 'reaped', processes })
    await removeExcept(client.joined.dir, kept)
  }, ignore)
}

/** The run is over, in order or not: everything dies, workers first, so that nothing more is started. */
async function finish(): Promise<void> {
  const orderly = main !== undefined && !main.channel.ended
  server.close()
  const owner = main
  if (!orderly) {
    for (const { joined } of clients) {
      const info = processTable.get(joined.pid)
      if (joined.pid !== owner?.joined.pid && info?.startTime === joined.startTime)
        signalProcess(info, 'SIGKILL')
    }
  }
  await work.catch(ignore)
  const processes: ProcessRecord[] = []
  for (const client of clients) processes.push(...(await reap(client, client.joined.mark).catch(() => [])))
  processes.push(
    ...(await killAll('the run', (info) => isUnderMark(info.mark, mark)).then(records, () => [])),
  )
  await removeRunDirectory(root, kept).catch(ignore)
  if (orderly && owner) await owner.channel.send({ t: 'done', processes } satisfies ReaperReply)
  process.exit()
}

function reap(client: Client, prefix: string): Promise<ProcessRecord[]> {
  return killAll(
    'a client',
    (info) => isUnderMark(info.mark, prefix) || client.processes.get(info.pid) === info.startTime,
  ).then(records)
}

function records(processes: readonly ProcessInfo[]): ProcessRecord[] {
  return processes.map(({ pid, startTime, command }) => ({ pid, startTime, command }))
}

function reply(client: Client, message: ReaperReply): void {
  void client.channel.send(message)
}

function ignore(): void {}
