-- Gives messages of one node their places in a room, once each, and has all who listen hear them.
-- KEYS: the room, its past. ARGV: an epoch for a new history, the run of this Redis, the node, the most messages and bytes that are kept,
-- for how many milliseconds (0: none are), for how many the room is known, whether the messages may have been published before ('1'); and
-- for each message its number, the epoch that the node knows ('' for none), its text, and what it makes of a value: the name of that ('' for
-- none), the number of what it was made of, its own number, the value as JSON, and whether it was too late before ('1').
-- Returns the epoch, and for each message the number of its place: 0 where it had one already, -1
-- where its value is another one by now, -2 where nobody knows.
local room, past = KEYS[1], KEYS[2]
local node, age, is_repeat = 'p:' .. ARGV[3], tonumber(ARGV[6]), ARGV[8] == '1'
-- What somebody else has written there is none of ours.
local kind = redis.call('TYPE', room)['ok']
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', room) end
kind = redis.call('TYPE', past)['ok']
if kind ~= 'stream' and kind ~= 'none' then redis.call('DEL', past) end

-- A whole number of at most 48 bits, as there is one in a place.
local function whole(text)
  local number = text and string.match(text, '^%d+$') and tonumber(text)
  return number and number < 281474976710656 and number
end

local at = redis.call('HMGET', room, 'e', 'g', 's', 'b', node)
local epoch, seq, size, done = at[1], whole(at[3]), tonumber(at[4]), 0
if not whole(epoch) or at[2] ~= ARGV[2] or not seq then
  -- Nothing is known, or another Redis has written it, which may have known more.
  epoch, seq, size = ARGV[1], 0, nil
  redis.call('DEL', room, past)
  redis.call('HSET', room, 'e', epoch, 'g', ARGV[2])
elseif at[5] then
  done = tonumber(string.match(at[5], '^%d+') or 0)
end
local before, places = seq, {}
local head, texts = {}, {}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = done

local function key_of(name) return room .. ':value:' .. name end

-- Makes of a value what a message says, and returns whether that could be. One that is older here than what it was made of was lost in between.
-- A node that was too late again and again comes before all others the next time: else one that is far away would never be first.
local function make(number, name, from, to, json, is_late)
  if name == '' then return true end
  local key, by = key_of(name), ARGV[3] .. ' ' .. number
  local at = redis.call('HMGET', key, 'n', 'by', 'w')
  if at[1] == to and at[2] == by then return true end
  local waits, till = string.match(at[3] or '', '^(%x+) (%d+)$')
  if not waits or tonumber(till) < now then waits = nil end
  -- What is offered once more is there already, if it is.
  local is_older = at[1] and (tonumber(at[1]) > tonumber(from) or (from == to and at[1] == to))
  if is_older or (at[1] and waits and waits ~= ARGV[3]) then
    if is_late and not waits then redis.call('HSET', key, 'w', ARGV[3] .. ' ' .. string.format('%.0f', now + 100)) end
    return false
  end
  redis.call('HSET', key, 'n', to, 'by', by, 'v', json, 'w', '')
  -- As long as it may be that nobody has saved it.
  redis.call('PEXPIRE', key, 604800000)
  return true
end

for i = 9, #ARGV, 8 do
  local number, text, name = tonumber(ARGV[i]), ARGV[i + 2], ARGV[i + 3]
  if number <= done then
    -- Of a value that was changed since, it is not known any more whether this has changed it before.
    local is_known = name == '' or redis.call('HGET', key_of(name), 'by') == ARGV[3] .. ' ' .. ARGV[i]
    places[#places + 1] = is_known and '0' or '-2'
  elseif not make(ARGV[i], name, ARGV[i + 4], ARGV[i + 5], ARGV[i + 6], ARGV[i + 7] == '1') then
    places[#places + 1] = '-1'
  else
    if is_repeat and ARGV[i + 1] ~= '' and ARGV[i + 1] ~= epoch then text = '' end
    seq, last = seq + 1, number
    places[#places + 1] = string.format('%.0f', seq)
    local bytes = #text
    size = size and size + (bytes - size) / 16 or bytes
    head[#head + 1] = ARGV[i] .. ':' .. bytes
    texts[#texts + 1] = text
    if age > 0 then
      local most = math.max(1, math.min(tonumber(ARGV[4]), math.floor(tonumber(ARGV[5]) / math.max(1, size))))
      redis.call('XADD', past, 'MAXLEN', '~', most, seq .. '-0', 'i', ARGV[3] .. ' ' .. ARGV[i] .. ' ' .. now, 'd', text)
    end
  end
end
if seq > before then
  redis.call('HSET', room, 's', seq, 'b', string.format('%.0f', size), node, string.format('%.0f', last) .. ' ' .. time[1])
  -- Not each time: it costs as much as keeping a message.
  if age > 0 and redis.call('PTTL', past) < age then redis.call('PEXPIRE', past, age * 1.25) end
  if math.floor(before / 1024) ~= math.floor(seq / 1024) then
    -- Nodes that have said nothing for long do not repeat anything.
    local all = redis.call('HGETALL', room)
    for i = 1, #all, 2 do
      local said = string.match(all[i], '^p:') and string.match(all[i + 1], '%d+$')
      if said and tonumber(said) + 600 < tonumber(time[1]) then redis.call('HDEL', room, all[i]) end
    end
  end
  redis.call('PUBLISH', room, epoch .. ' ' .. string.format('%.0f', before + 1) .. ' ' .. ARGV[3] .. ' ' .. table.concat(head, ' ') .. '\n' .. table.concat(texts))
end
-- It is known for longer than what is kept.
if redis.call('PTTL', room) < age * 1.25 + 120000 then redis.call('PEXPIRE', room, age * 1.25 + tonumber(ARGV[7])) end
return {epoch, places}
