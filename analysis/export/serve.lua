-- Answers one request after another, so that a document starts pandoc once and a batch of them does too.
-- A request is one line of JSON, and for some a second line with a document; an answer is one line: `ok` or `no`, a
-- space, and JSON. The empty environment of `pandoc.read` denies all files and the network; only `cite` opens files,
-- the style and the references that its caller has written.

-- Each fragment is read alone and with its own format, so that no cell can swallow the next. A format is a table and
-- not a name with its extensions, which pandoc would read anew for each fragment at many times the cost of the text.
-- The documents of a batch have headings and explanations in common; what was read once is kept.
local kept, room = {}, 0
local function parse(request)
  local documents = {}
  for i, part in ipairs(request.parts) do
    local key = part.format .. '\n' .. part.text
    if not kept[key] then
      if room <= 0 then kept, room = {}, 2000000 end
      local ok, document = pcall(pandoc.read, part.text, request.formats[part.format], {}, {})
      kept[key] = ok and pandoc.write(document, 'json') or pandoc.json.encode({error = tostring(document)})
      room = room - #key - #kept[key]
    end
    documents[i] = kept[key]
  end
  return '[' .. table.concat(documents, ',') .. ']'
end

local function cite(request)
  local document = pandoc.read(io.read('l'), 'json')
  document.meta.csl, document.meta.bibliography = request.csl, request.bibliography
  return pandoc.write(pandoc.utils.citeproc(document), 'json')
end

local function write(request)
  local document = pandoc.read(io.read('l'), 'json')
  return pandoc.json.encode(pandoc.write(document, request.format, {wrap_text = 'none'}))
end

local answers = {parse = parse, cite = cite, write = write}
for line in io.lines() do
  local request = pandoc.json.decode(line, false)
  local ok, answer = pcall(answers[request.ask], request)
  io.write(ok and 'ok ' or 'no ', ok and answer:gsub('[\r\n]+', ' ') or pandoc.json.encode(tostring(answer)), '\n')
  io.flush()
end
