-- Answers one request after another, so that a document starts pandoc once and a batch of them does too.
-- A request is one line of JSON, and for some a second line with a document; an answer is one line: `ok` or `no`, a
-- space, and JSON. The empty environment of `pandoc.read` denies all files and the network; only `cite` opens files,
-- the style and the references that its caller has written.

-- HTML in Markdown is read as HTML. Pandoc gives its tags as raw pieces with what stands between them parsed; the tags
-- are joined again, with a numbered token for everything that is no tag, and read as one piece of HTML in which each
-- token is then exchanged for what it stands for.
-- A lone tag of an element whose inside the reader takes away would take the cell with it; such a tag is left out, and
-- where a token has not come back, all tags of the list are.
local swallowing = pandoc.List({'script', 'style', 'textarea', 'title', 'iframe', 'object', 'noscript', 'select',
  'template', 'svg', 'math', 'head', 'video', 'audio', 'canvas', 'plaintext', 'xmp', 'button'})
local web = {format = 'html', extensions = pandoc.format.extensions('html')}
local function is_tag(node) return (node.t == 'RawInline' or node.t == 'RawBlock') and node.format == 'html' end

local function reread(list, inline)
  if not list:find_if(is_tag) then return nil end
  local parts, kept, code = {}, {}, nil
  for _, node in ipairs(list) do
    local tag = is_tag(node) and node.text
    local name = tag and tag:lower():match('^</?%s*([%w-]+)[^>]*>%s*$')
    if name and swallowing:includes(name) then tag = '' end
    if code then
      -- The reader takes the inside of code as it stands.
      if tag and tag:lower():match('^</%s*code') then
        kept[#kept + 1] = pandoc.Code(pandoc.utils.stringify(code))
        parts[#parts + 1] = '<span id="token-' .. #kept .. '"></span>'
        code = nil
      elseif not tag then
        code:insert(node)
      end
    elseif tag and inline and tag:lower():match('^<code[%s>]') then
      code = pandoc.Inlines({})
    elseif tag then
      parts[#parts + 1] = tag
    else
      kept[#kept + 1] = node
      local token = ' id="token-' .. #kept .. '">'
      if inline or node.t == 'Plain' then
        token = '<span' .. token .. '</span>'
      elseif node.t == 'Para' then
        token = '<p><span' .. token .. '</span></p>'
      else
        token = '<div' .. token .. '</div>'
      end
      parts[#parts + 1] = token
    end
  end
  if code then
    kept[#kept + 1] = pandoc.Span(code)
    parts[#parts + 1] = '<span id="token-' .. #kept .. '"></span>'
  end
  local blocks = pandoc.read(table.concat(parts, inline and '' or '\n'), web, {}, {}).blocks
  local seen, count = {}, 0
  local function back(node)
    local number = tonumber(node.identifier:match('^token%-(%d+)$'))
    local held = kept[number]
    if not held then return nil end
    if not seen[number] then seen[number], count = true, count + 1 end
    if node.t == 'Div' then return {held} end
    return (held.t == 'Plain' or held.t == 'Para') and held.content or {held}
  end
  -- A heading's name was made of the tokens in it.
  local function unnamed(node) if node.identifier:match('^section') then node.identifier = '' end return node end
  blocks = blocks:walk({Header = unnamed}):walk({Span = back, Div = back})
  if count < #kept then return list:filter(function(node) return not is_tag(node) end) end
  if not inline then return blocks end
  return pandoc.utils.blocks_to_inlines(blocks, {pandoc.Space()})
end

local function joined(document)
  return document:walk({
    Inlines = function(list) return reread(list, true) end,
    Blocks = function(list) return reread(list, false) end,
  })
end

-- Each fragment is read alone and with its own format, so that no cell can swallow the next. A format is a table and
-- not a name with its extensions, which pandoc would read anew for each fragment at many times the cost of the text.
-- The documents of a batch have headings and explanations in common; what was read once is kept.
local kept, room = {}, 0
local function read(text, format)
  local document = pandoc.read(text, format, {}, {})
  return format.format == 'markdown' and joined(document) or document
end
local function parse(request)
  local documents = {}
  for i, part in ipairs(request.parts) do
    local key = part.format .. '\n' .. part.text
    if not kept[key] then
      if room <= 0 then kept, room = {}, 2000000 end
      local ok, document = pcall(read, part.text, request.formats[part.format])
      kept[key] = ok and pandoc.write(document, 'json') or pandoc.json.encode({error = tostring(document)})
      room = room - #key - #kept[key]
    end
    documents[i] = kept[key]
  end
  return '[' .. table.concat(documents, ',') .. ']'
end

-- Each formula in Typst; one that pandoc cannot read comes back as text that begins with an escaped dollar sign.
local function formulas(request)
  local made = {}
  for i, part in ipairs(request.formulas) do
    local kind = part.display and 'DisplayMath' or 'InlineMath'
    local ok, text = pcall(function()
      return pandoc.write(pandoc.Pandoc({pandoc.Plain({pandoc.Math(kind, part.tex)})}), 'typst', {wrap_text = 'none'})
    end)
    made[i] = ok and not text:match('^\\%$') and text or ''
  end
  return pandoc.json.encode(made)
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

local answers = {parse = parse, formulas = formulas, cite = cite, write = write}
for line in io.lines() do
  local request = pandoc.json.decode(line, false)
  local ok, answer = pcall(answers[request.ask], request)
  io.write(ok and 'ok ' or 'no ', ok and answer:gsub('[\r\n]+', ' ') or pandoc.json.encode(tostring(answer)), '\n')
  io.flush()
end
