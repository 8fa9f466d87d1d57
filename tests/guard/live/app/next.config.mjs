import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

// Lock files of other apps stand further up.
export default { turbopack: { root: dirname(fileURLToPath(import.meta.url)) } };
