/** The page's own program and style, as the build bundles them from page/ into bundle.js. */

/** JavaScript of the page, in one piece; holds no `</script` and no `<!--`. */
export const SCRIPT: string;
/** Its style sheet; holds no `</style`. */
export const STYLE: string;
/** `sha256-…` of each, as a content security policy takes it. */
export const SCRIPT_HASH: string;
export const STYLE_HASH: string;
