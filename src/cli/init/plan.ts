import { PLUGIN_LINES, withPlugin } from './config-edit.ts'
import { withTestScript } from './manifest-edit.ts'
import { installSteps } from './package-manager.ts'
import type { Project } from './project.ts'
import { CONFIG, FIRST_TEST, MANIFEST } from './starting-files.ts'
import { workflow } from './workflow.ts'

/** What becomes of one file. */
export interface Step {
  /** From the directory of the project. */
  readonly file: string
  readonly action: 'create' | 'update' | 'keep' | 'skip' | 'by hand'
  /** What it is to hold, if it is written. */
  readonly content?: string
  /** Why it is kept or passed over, what is changed, or what is to be done by hand. */
  readonly note?: string
}

/** What decides besides the project. */
export interface PlanOptions {
  readonly ci: boolean
  /** The versions of Node that the workflow runs. */
  readonly nodes: readonly number[]
  /** Whether there is a file of this name. */
  readonly exists: (file: string) => boolean
}

/** What there is to do in a project, in the order in which it is done. */
export function planOf(project: Project, options: PlanOptions): readonly Step[] {
  return [
    manifestStep(project),
    configStep(project),
    unlessThere(`${project.tests}/first.test.ts`, FIRST_TEST, options),
    ...(options.ci ? [workflowStep(project, options)] : []),
  ]
}

function manifestStep({ manifest }: Project): Step {
  const file = 'package.json'
  if (!manifest) return { file, action: 'create', content: MANIFEST }
  const edit = withTestScript(manifest.text, manifest.value)
  if (edit === 'there') return { file, action: 'keep', note: 'it has a script `test`' }
  if ('refusal' in edit)
    return { file, action: 'by hand', note: `add the script "test": "vitest run": ${edit.refusal}` }
  return { file, action: 'update', content: edit.text, note: 'the script `test`' }
}

function configStep({ config, manifest }: Project): Step {
  if (!config) {
    // Vite will leave it to Node to load it, and Node goes by the name.
    const isModule = !manifest || manifest.value['type'] === 'module'
    return { file: isModule ? 'vitest.config.ts' : 'vitest.config.mts', action: 'create', content: CONFIG }
  }
  const { file } = config
  const edit = withPlugin(config.text)
  if (edit === 'there') return { file, action: 'keep', note: 'it has the plugin' }
  if ('refusal' in edit)
    return {
      file,
      action: 'by hand',
      note: `add these two lines, for ${edit.refusal}:\n${PLUGIN_LINES.join('\n')}`,
    }
  return { file, action: 'update', content: edit.text, note: 'the plugin' }
}

function workflowStep({ repository, packageManager, manifest }: Project, options: PlanOptions): Step {
  const file = '.github/workflows/supervise.yml'
  if (repository !== undefined)
    return { file, action: 'skip', note: `GitHub looks for workflows in ${repository}` }
  const steps = installSteps(packageManager, manifest?.value['packageManager'])
  const { exec } = packageManager
  return unlessThere(file, workflow({ ...steps, nodes: options.nodes, test: `${exec} vitest run` }), options)
}

function unlessThere(file: string, content: string, { exists }: PlanOptions): Step {
  return exists(file) ? { file, action: 'keep', note: 'already there' } : { file, action: 'create', content }
}
