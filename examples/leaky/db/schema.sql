create table if not exists users (
  id text primary key,
  email text not null unique,
  name text not null,
  role text not null default 'member',
  password_hash text not null,
  api_key text not null
);
create table if not exists sessions (
  id text primary key,
  user_id text not null references users (id) on delete cascade,
  expires_at integer not null
);
create table if not exists projects (
  id text primary key,
  owner_id text not null references users (id) on delete cascade,
  name text not null,
  archived integer not null default 0
);
create table if not exists invoices (
  id text primary key,
  owner_id text not null references users (id) on delete cascade,
  project_id text references projects (id) on delete set null,
  customer text not null,
  amount_cents integer not null,
  status text not null default 'draft',
  notes text not null default ''
);
create table if not exists posts (
  id text primary key,
  author_id text not null references users (id) on delete cascade,
  title text not null,
  body text not null,
  published integer not null default 0
);
create table if not exists comments (
  id text primary key,
  post_id text not null references posts (id) on delete cascade,
  author_id text not null references users (id) on delete cascade,
  body text not null
);
create table if not exists uploads (
  id text primary key,
  owner_id text not null references users (id) on delete cascade,
  name text not null,
  type text not null,
  path text not null
);
create table if not exists messages (
  id text primary key,
  email text not null,
  body text not null
);
create table if not exists rate_limits (
  key text primary key,
  count integer not null,
  resets_at integer not null
);
create table if not exists model_usage (
  user_id text not null references users (id) on delete cascade,
  day text not null,
  tokens integer not null,
  primary key (user_id, day)
);
