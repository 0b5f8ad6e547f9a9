-- Reads many fragments in one pandoc process, each alone and with its own format, so that no cell can swallow the next.
-- A format is a table and not a name with its extensions, which pandoc would read anew for each fragment at many times the cost of the text.
-- In: JSON list of {text, format = {format, extensions}}. Out: JSON list of documents, or of {error}. The empty environment denies all files and the network.
local documents = {}
for i, part in ipairs(pandoc.json.decode(io.read('a'), false)) do
  local ok, document = pcall(pandoc.read, part.text, part.format, {}, {})
  documents[i] = ok and pandoc.write(document, 'json') or pandoc.json.encode({error = tostring(document)})
end
io.write('[' .. table.concat(documents, ',') .. ']')
