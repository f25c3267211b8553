import { canonicalJson } from './canonical.ts'
import { exactMs } from './exact-ms.ts'
import type { TimelineEvent, TimelineEventOf } from './events.ts'

/*
 * The columns are fixed, so that another event never changes the lines of those before. No line begins or ends with a
 * space: Vitest trims inline snapshots, editors trim lines.
 */
const TIME_WIDTH = '86400000 ms'.length
const AGENT_WIDTH = 12

/** One line for each event: its virtual time, or a dash; the agent and its attempt; what happened. */
export function timelineText(events: readonly TimelineEvent[]): string {
  return events.length === 0 ? '(nothing happened)' : events.map(line).join('\n')
}

/** What happened, as its line says it: without time and agent. */
export function eventText(event: TimelineEvent): string {
  return onOneLine(words(event))
}

/** Who an event is about, as far as that was known: `web#2`, or `-`; nothing for what the test has done itself. */
export function agentText(event: TimelineEvent): string {
  return 'agent' in event ? attemptName(event) : ''
}

/** `web#2`; `web` where the attempt is not known, and `-` where the agent is not. */
export function attemptName(of: { agent: string | undefined; attempt: number | undefined }): string {
  if (of.agent === undefined) return '-'
  return of.attempt === undefined ? of.agent : `${of.agent}#${of.attempt}`
}

function line(event: TimelineEvent): string {
  const time = event.virtual ? `${event.time} ms` : '-'
  const agent = agentText(event)
  return onOneLine(`[${time.padStart(TIME_WIDTH)}] ${agent.padEnd(AGENT_WIDTH)} ${words(event)}`.trimEnd())
}

function words(event: TimelineEvent): string {
  switch (event.kind) {
    case 'spawn':
      return 'spawned'
    case 'spawn-failed':
      return `could not be spawned: ${event.code}`
    case 'ready':
      return 'ready'
    case 'cue':
      return `cue ${event.name}`
    case 'fault':
      return `fault ${event.fault}${proofText(canonicalJson(event.proof))}`
    case 'request':
      return `${event.method} ${event.url} ${requestText(event)}`
    case 'signal':
      return `got ${event.signal}`
    case 'exit':
      return exitText(event)
    case 'start-failed':
      return `start failed: ${event.reason}`
    case 'backoff':
      return `backoff ${exactMs(event.delay)} ms`
    case 'reset':
      return 'restart count reset'
    case 'gave-up':
      return 'gave up'
    case 'stopped':
      return 'stopped'
    case 'step':
      return stepText(event)
    case 'crash':
      return `not caught: ${event.reason}`
    case 'note':
      return `note: ${event.text}`
  }
}

function requestText({ outcome, status }: TimelineEventOf<'request'>): string {
  if (status === undefined) return outcome
  return outcome === 'forwarded' ? `${status}, forwarded` : `${status}`
}

function stepText({ step, outcome, reason }: TimelineEventOf<'step'>): string {
  return `${step} ${outcome}${reason === undefined ? '' : `: ${reason}`}`
}

/** A proof that proves nothing beyond that it happened is left out. */
function proofText(proof: string): string {
  return proof === 'null' || proof === '{}' ? '' : ` ${proof}`
}

function exitText({ exitCode, signal }: { exitCode: number | null; signal: string | null }): string {
  if (signal !== null) return `killed by ${signal}`
  return exitCode === null ? 'exited' : `exited with code ${exitCode}`
}

/** Escapes what would break the line, hide in it, or not survive a file in UTF-8. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
