// Writes a file in each of the ways that Node has, one after the other, and says which.
import fs, { appendFileSync, writeFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

import { connect } from '../../../agent/index.ts'

const agent = await connect()
const buffer = Buffer.from('b')
const fd = fs.openSync('file', 'w')
const handle = await open('handle', 'w')

const say = ({ bytesWritten }: { bytesWritten: number }): Promise<void> => agent.send({ bytesWritten })

const ways: Record<string, () => unknown> = {
  writeFileSync: () => writeFileSync('text', 'latin é', 'latin1'),
  'writeFileSync of bytes': () => fs.writeFileSync('bytes', buffer),
  appendFileSync: () => appendFileSync('text', 'more', { encoding: 'utf8' }),
  writeSync: () => fs.writeSync(fd, buffer),
  'writeSync of text': () => fs.writeSync(fd, 'text', 3),
  writevSync: () => fs.writevSync(fd, [buffer, buffer]),
  write: async () => say(await promisify(fs.write)(fd, buffer, 0, 1, null)),
  writev: async () => say(await promisify(fs.writev)(fd, [buffer, buffer])),
  writeFile: () => promisify(fs.writeFile)('later', 'text'),
  appendFile: () => promisify(fs.appendFile)('later', 'text'),
  stream: () =>
    new Promise<void>((resolve, reject) =>
      fs.createWriteStream('stream').once('error', reject).once('finish', resolve).end('text'),
    ),
  'promises.writeFile': () => writeFile('promised', 'text', 'utf8'),
  'promises.appendFile': () => fs.promises.appendFile('promised', buffer),
  'promises.writeFile to a handle': () => writeFile(handle, 'text'),
  'handle.write': () => handle.write(buffer),
  'handle.writev': () => handle.writev([buffer]),
  'handle.writeFile': () => handle.writeFile('text'),
  'handle.appendFile': () => handle.appendFile('text'),
  'stream of a handle': async () => {
    const own = await open('own', 'w')
    await new Promise<void>((resolve, reject) =>
      own.createWriteStream().once('error', reject).once('finish', resolve).end('text'),
    )
  },
}

// Nothing of this is a write to a regular file.
fs.writeFileSync('/dev/null', 'text')
fs.writeFileSync('empty', '')
fs.copyFileSync('empty', 'copy')
process.stdout.write('')
await agent.ready()

for (const [way, write] of Object.entries(ways)) {
  await agent.send(way)
  try {
    await write()
  } catch (error) {
    await agent.send({ failed: (error as NodeJS.ErrnoException).code ?? String(error) })
  }
}
for (const file of fs.readdirSync('.').sort())
  await agent.send({ file, text: fs.readFileSync(file, 'latin1') })
process.exit(0)
