import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const SOURCE = `package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	response, err := http.Get(os.Args[1])
	if err != nil {
		panic(err)
	}
	body, _ := io.ReadAll(response.Body)
	fmt.Println(string(body))
}
`

/** Builds a program that prints what it gets from a URL, in this directory. Undefined where there is no Go. */
export async function buildGoClient(directory: string): Promise<string | undefined> {
  const run = promisify(execFile)
  const isHere = await run('go', ['version']).then(
    () => true,
    () => false,
  )
  if (!isHere) return undefined
  const [source, program] = [path.join(directory, 'main.go'), path.join(directory, 'client')]
  writeFileSync(source, SOURCE)
  await run('go', ['build', '-o', program, source], { cwd: directory })
  return program
}
