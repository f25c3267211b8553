import type { RestartPresetFacts } from '../../src/restart/presets/facts.ts'
import { RESTART_PRESETS, restartPreset } from '../../src/restart/presets/restart-preset.ts'
import { play, times } from '../support/lives.ts'

/** The tables of docs/presets.md by their headings, each row as its cells. */
export async function presetTables(): Promise<Record<string, string[][]>> {
  const presets = RESTART_PRESETS.map((name) => restartPreset(name).preset)
  const rows = (cells: (facts: RestartPresetFacts) => string[][]): string[][] =>
    presets.flatMap((facts) => cells(facts).map((row) => [`\`${facts.name}\``, ...row]))
  const delays = new Map(
    await Promise.all(presets.map(async (facts) => [facts, await firstDelays(facts)] as const)),
  )
  return {
    'How they restart': rows((facts) => [
      [facts.restarts, facts.limit, delays.get(facts) ?? '', facts.reset],
    ]),
    'How they stop': rows(({ stop: { signal, graceMs, scope } }) => [
      [
        signal ?? 'none',
        graceMs === undefined ? 'never' : graceMs === 0 ? 'at once' : seconds(graceMs),
        scope,
      ],
    ]),
    'What was seen': rows(({ seen }) => (seen === undefined ? [] : [[seen]])),
    'Their settings, and what is not modelled': rows(({ notes }) => notes.map((note) => [note])),
    Sources: rows(({ source }) => [[source]]),
  }
}

/** Before the first 8 restarts, in s: `0.1 × 8`. */
async function firstDelays({ name }: RestartPresetFacts): Promise<string> {
  const with8 = async (random: number): Promise<readonly number[]> => {
    const preset = { ...restartPreset(name as 'docker'), maxRestarts: Infinity, random: () => random }
    return (await play(preset, times(8))).delays
  }
  const [least, most] = [await with8(0), await with8(1 - 2 ** -32)]
  const texts = least.map((one, index) => range(one, most[index] ?? one))
  if (texts.length === 0) return 'none'
  return new Set(texts).size === 1 ? `${texts[0]} × ${texts.length}` : texts.join(', ')
}

function range(one: number, other: number): string {
  if (one === other) return String(one / 1000)
  const [low, high] = [Math.min(one, other), Math.max(one, other)]
  return `${Math.round(low / 10) / 100} to ${Math.round(high / 10) / 100}`
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}
