export { GET } from '@/server/project-doors';
// want authenticate missing, scope-to-owner missing
export { DELETE } from '@/server/project-doors';
