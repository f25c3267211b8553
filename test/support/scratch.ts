import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { onTestFinished } from 'vitest'

/** A directory of this test's, removed at its end. */
export class Scratch {
  readonly root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'scratch-')))

  constructor() {
    onTestFinished(() => fs.rmSync(this.root, { recursive: true, force: true }))
  }

  path(...segments: string[]): string {
    return path.join(this.root, ...segments)
  }

  write(name: string, text: string, mode = 0o644): string {
    const file = this.path(name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
    fs.chmodSync(file, mode)
    return file
  }

  /** An executable shell script. */
  shell(body: string, name = 'program'): string {
    return this.write(name, `#!/bin/sh\n${body}\n`, 0o755)
  }

  /** An executable CommonJS script, with `spawn` at hand and `say`, which prints a line. */
  node(body: string, name = 'program.cjs'): string {
    const head = `const { spawn } = require('node:child_process')\nconst say = (text) => require('node:fs').writeSync(1, text + '\\n')`
    return this.write(name, `#!${process.execPath}\n${head}\n${body}\n`, 0o755)
  }
}
