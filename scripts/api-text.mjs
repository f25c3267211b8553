/*
 * The Markdown of one export. Outside of code nothing is left that Vue would compile.
 */

const KINDS = {
  Class: 'class',
  Function: 'function',
  Interface: 'interface',
  TypeAlias: 'type',
  Variable: 'constant',
}

/** Its line in the list of its page: a link, and the first sentence about it. */
export function listed({ member, page }, link) {
  const [first = ''] = paragraphs(member.docComment)
  const sentence = /^.*?[.:](?= |$)/s.exec(first)?.[0].replace(/:$/, '.') ?? first
  return `- ${link(member.name, page)}: ${prose(sentence, link, page)}`
}

/** Its part of the page. */
export function text({ member, model, from, page }, link) {
  const { name, kind } = member
  const alsoType = kind === 'Variable' && model.some((one) => one.kind === 'TypeAlias' && one.name === name)
  const shown = (member.members ?? []).filter((one) => one.releaseTag !== 'Internal')
  const parts = kind === 'Variable' ? namedFunctions(member, model) : shown
  return [
    `## ${name}`,
    `${alsoType ? 'constant and type' : KINDS[kind]} · ${from.map((one) => `\`${one}\``).join(', ')}`,
    ...commented(member.docComment, link, page),
    headline(member),
    parts.map((one) => memberText(one, link, page)).join('\n'),
    seeAlso([member, ...parts], name, link, page),
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** The matchers of one interface, as it is written. */
export function matcherText(source, link) {
  return [...source.matchAll(/(\/\*\*[\s\S]*?\*\/)\s*(\w+\([^\n]*\): [^\n;]+);/g)]
    .map(([, comment, signature]) => bullet(signature, commented(comment, link)))
    .join('\n')
}

/** The declaration, but for members that follow one by one. */
function headline({ kind, excerptTokens }) {
  const code = excerptOf(excerptTokens)
    .replace(/^export (declare )?(default )?/, '')
    .trim()
  const plain = (kind === 'Class' || kind === 'Interface') && /^(abstract )?(class|interface) \w+$/.test(code)
  const shown = (kind === 'Variable' ? `const ${code}` : code).replaceAll(LINK, '$1')
  return plain ? undefined : ['```ts', shown, '```'].join('\n')
}

function memberText({ docComment, excerptTokens }, link, page) {
  const signature = excerptOf(excerptTokens)
    .replace(/^export declare function /, '')
    .replace(/;$/, '')
    .replace(/^constructor\(/, 'new (')
  const said = commented(docComment, link, page).filter(
    (one) => !one.startsWith('Constructs a new instance of'),
  )
  return bullet(signature, said)
}

function bullet(signature, [first, ...others]) {
  const lines = signature.includes('\n')
    ? [
        '- ```ts',
        ...signature.split('\n').map((line) => `  ${line}`),
        '  ```',
        ...(first ? ['', `  ${first}`] : []),
      ]
    : [`- \`${signature}\`${first ? `: ${first}` : ''}`]
  return [...lines, ...others.flatMap((one) => ['', indented(one)])].join('\n')
}

function indented(paragraph) {
  return paragraph.replace(/^/gm, '  ')
}

/** What `invariant` and its like consist of: their functions are no exports, but known by their types. */
function namedFunctions({ excerptTokens }, model) {
  const names = new Set(excerptTokens.map(({ canonicalReference }) => canonicalReference))
  return model.filter(({ kind, canonicalReference }) => {
    return kind === 'Function' && names.has(canonicalReference.replace(/\(\d+\)$/, ''))
  })
}

function seeAlso(parts, own, link, page) {
  const tokens = parts.flatMap(({ excerptTokens }) => excerptTokens)
  const names = tokens.filter(({ kind }) => kind === 'Reference').map(({ text: name }) => name)
  const links = [...new Set(names)].filter((name) => name !== own).map((name) => link(name, page))
  const known = links.filter((one) => one.startsWith('['))
  return known.length === 0 ? undefined : `See ${known.join(', ')}.`
}

function excerptOf(tokens) {
  return tokens
    .map((token) => token.text)
    .join('')
    .replaceAll(/import\("[^"]+"\)\./g, '')
}

/** The paragraphs of a doc comment, and its parameters as a list. */
function commented(comment, link, page) {
  return paragraphs(comment).map((one) => prose(one, link, page))
}

function paragraphs(comment = '') {
  const body = comment
    .replace(/^\s*\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .replaceAll(/^ *\* ?/gm, '')
  const [said = '', ...tags] = body.split(/^@(?=param|returns|remarks|defaultValue|throws)/m)
  const others = tags.map((tag) =>
    tag.replace(/^param (\w+)(?: -)? */, '`$1`: ').replace(/^(returns|remarks|throws) */, ''),
  )
  return [...said.split(/\n{2,}/), ...others].map((one) => one.replaceAll(/\s+/g, ' ').trim()).filter(Boolean)
}

/** A name, and what may stand for it. */
const LINK = /\{@link ([^\s}|]+)(?:\s*\|\s*([^}]+?))?\s*\}/g

function prose(said, link, page) {
  return said
    .replaceAll(LINK, (_, name, said) => (said === undefined ? link(name, page) : said))
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '{ {')))
    .join('')
}
