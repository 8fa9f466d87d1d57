-- Forgets an attempt that is still its beginner's. KEYS: as in attempt.lua. ARGV: token.
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], KEYS[1])
end
return 0
