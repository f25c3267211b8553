import { show, times } from './figures.mjs'
import { warningOf } from './machine.mjs'

const HEAD = [
  '| what | figure | beside it, in the same run | promised | reached | met | by | |',
  '| --- | ---: | --- | --- | ---: | --- | --- | --- |',
]

/** Of a promise; null: what has run holds, and it was less than was promised. */
const VERDICTS = new Map([
  [true, 'yes'],
  [false, '**no**'],
  [null, 'so far'],
])

/** All rows as Markdown: the machine, what was measured, what campaigns have found, what has failed. */
export function renderTable({ machine, quick, rows, campaigns, failures }) {
  const { node, system, processor, cores, memory, load } = machine
  const warnings = [
    warningOf(machine),
    quick
      ? 'A smoke run (`--quick`): it shows that the benches work, and no figure of it means anything.'
      : undefined,
  ].filter(Boolean)
  return [
    `Node ${node.slice(1)}, ${system}, ${cores} cores of ${processor}, ${memory}, load ${load.toFixed(2)} at the start.`,
    'Figures are medians; from the 10th to the 90th of 100 in brackets.',
    ...warnings.flatMap((warning) => ['', `**${warning}**`]),
    '',
    ...HEAD,
    ...rows.map(measured),
    ...campaigns.map(campaign),
    ...failures.map(({ name, error }) => `| **${name} failed** | | | | | **no** | | ${cell(error)} |`),
  ].join('\n')
}

function measured({ what, of, rivals = {}, promise, note = '', command }) {
  const beside = Object.entries(rivals).map(([name, rival]) => `${name} ${show(rival)}${factor(of, rival)}`)
  return line([what, show(of), beside.join('; '), ...promiseCells(promise), `\`${command}\``, note])
}

/** How many times the rival a figure is, where that says something: where both are rates or durations. */
function factor(of, rival) {
  const compared = of.unit === rival.unit && ['ms', 's', '/s'].includes(of.unit) && rival.value > 0
  return compared ? `, ${times(of.value / rival.value)}` : ''
}

function campaign({ what, value, promised, met, note, node, cores, command }) {
  const facts = [node && `Node ${node.slice(1)}, ${cores} cores`, note].filter(Boolean).join('; ')
  return line([what, value, '', ...promiseCells({ promised, reached: '', met }), `\`${command}\``, facts])
}

function promiseCells(promise) {
  if (!promise) return ['', '', '']
  return [promise.promised, promise.reached, VERDICTS.get(promise.met) ?? 'not yet']
}

function line(cells) {
  return `| ${cells.map(cell).join(' | ')} |`
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
}
