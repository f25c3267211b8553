/** Two words in a row, or the end of a sentence. */
const PROSE = /[a-z`'")]{2,}[,.:;]? [a-z`'"$(]|[a-z]\.$/i

/** The wording of texts stays as it is. Codes, names, paths, patterns and numbers are mutated. */
const wording = {
  shouldIgnore({ node }) {
    return PROSE.test(textOf(node)) ? 'the wording of a text' : undefined
  },
}

function textOf({ type, value, quasis }) {
  if (type === 'StringLiteral') return value
  return type === 'TemplateLiteral' ? quasis.map(({ value }) => value.raw).join('$') : ''
}

/** Without its first words a command that mounts would do so where the tests themselves are. */
const mounts = {
  shouldIgnore({ node }) {
    const first = node.type === 'ArrayExpression' ? node.elements[0] : undefined
    const isConfined = first?.type === 'SpreadElement' && first.argument.callee?.name === 'inNamespace'
    return isConfined ? 'it would mount over the run itself' : undefined
  },
}

/** What happens on another system, and the question whether this is it. */
const platforms = {
  shouldIgnore({ node, key, parent }) {
    const isBranch =
      key === 'consequent' && asksForPlatform(parent.test) && parent.test.right.value === 'win32'
    const isCase = node.type === 'SwitchCase' && node.test && isPlatform(parent.discriminant)
    const isForeign = isBranch || isCase || asksForPlatform(node) || isOfWindows(node)
    return isForeign ? 'it is for another system' : undefined
  },
}

function isOfWindows({ type, id, key }) {
  if (type === 'FunctionDeclaration') return id?.name === 'taskkill'
  return type === 'ObjectProperty' && key.name === 'windowsHide'
}

function asksForPlatform({ type, left }) {
  return type === 'BinaryExpression' && isPlatform(left)
}

function isPlatform({ property, object }) {
  return property?.name === 'platform' && object.name === 'process'
}

export const strykerPlugins = Object.entries({ wording, mounts, platforms }).map(([name, value]) => ({
  kind: 'Ignore',
  name,
  value,
}))
