import { faultFacts } from '../../fault/fault.ts'
import type { Need } from '../../fault/make.ts'
import { lackOf } from '../../fault/needs.ts'
import { type Finding, ok, warning } from './finding.ts'

/** A fault that cannot happen on this machine: tests that ask for it are skipped. */
export interface SkippedFault {
  readonly fault: string
  readonly reason: string
}

/** What this machine cannot do, by what it lacks. Tries each out. */
export function faultFindings(): { readonly findings: Finding[]; readonly skipped: readonly SkippedFault[] } {
  const facts = Object.entries(faultFacts)
  const elsewhere = facts.filter(([, { on }]) => !on.includes(process.platform)).map(([fault]) => fault)
  const here = facts.filter(([fault]) => !elsewhere.includes(fault))
  const needs = [...new Set(here.flatMap(([, { needs = [] }]) => needs))]
  const lacks = needs.map((need) => ({ need, reason: lackOf(need), faults: whichNeed(need, here) }))
  const reasonElsewhere = `not on ${process.platform}`
  const skipped = [
    ...elsewhere.map((fault) => ({ fault, reason: reasonElsewhere })),
    ...lacks.flatMap(({ reason, faults }) =>
      reason === undefined ? [] : faults.map((fault) => ({ fault, reason })),
    ),
  ]
  const findings = lacks.map(({ need, reason, faults }) =>
    reason === undefined
      ? ok(need, `there, for ${listed(faults)}`)
      : warning(need, reason, skippedText(faults)),
  )
  if (elsewhere.length > 0) findings.push(warning('faults', reasonElsewhere, skippedText(elsewhere)))
  const count = new Set(skipped.map(({ fault }) => fault)).size
  findings.push(ok('faults', `${facts.length - count} of ${facts.length} can happen here`))
  return { findings, skipped }
}

type Facts = readonly (readonly [string, { readonly needs?: readonly Need[] }])[]

function whichNeed(need: Need, facts: Facts): string[] {
  return facts.filter(([, { needs = [] }]) => needs.includes(need)).map(([fault]) => fault)
}

function skippedText(faults: readonly string[]): string {
  return `Tests that ask for ${listed(faults)} are skipped, unless \`unavailableFaults\` is 'fail'.`
}

function listed(faults: readonly string[]): string {
  return faults.map((fault) => `fault.${fault}`).join(', ')
}
