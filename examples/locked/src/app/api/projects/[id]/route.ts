export { GET } from '@/server/project-doors';
// want authenticate held, scope-to-owner held
export { DELETE } from '@/server/project-doors';
