import { stringify } from 'yaml'
import { escapeControls, publicError, shape, toJson } from './data.ts'
import type { Renderer } from './renderer.ts'

export const yamlRenderer: Renderer = {
  // through JSON, so that both formats say the same, and no object's own way to YAML comes in between
  result: (result) =>
    escapeControls(stringify(JSON.parse(toJson(shape(result))), { lineWidth: 0, aliasDuplicateObjects: false })),
  error: (error) => escapeControls(stringify(JSON.parse(toJson({ error: publicError(error) })), { lineWidth: 0 })),
}
