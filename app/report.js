// Draws the tiles and lists of a page. Everything that comes from data is set as text, never as HTML.
// A plain click stays in the app; a click with a modifier, or the middle button, opens the link's own address.

const SVG = "http://www.w3.org/2000/svg"

function put(parent, tag, className, text) {
  const node = document.createElement(tag)
  node.className = className
  if (text !== undefined) node.textContent = text
  parent.appendChild(node)
  return node
}

function link(parent, item, className) {
  if (!item.href) return put(parent, "div", className)
  const node = put(parent, "a", className)
  node.href = item.href
  node.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return
    event.preventDefault()
    history.pushState({}, "", item.href)
    window.dispatchEvent(new PopStateEvent("popstate"))
  }
  return node
}

function sparkline(parent, values) {
  const known = values.filter((v) => v !== null)
  if (known.length < 2) return put(parent, "div", "spark")
  const low = Math.min(...known), high = Math.max(...known), wide = 120, tall = 26
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("class", "spark")
  svg.setAttribute("viewBox", `0 0 ${wide} ${tall}`)
  svg.setAttribute("preserveAspectRatio", "none")
  svg.setAttribute("aria-hidden", "true")
  const x = (i) => (i / (values.length - 1)) * (wide - 4) + 2
  const y = (v) => (high === low ? tall / 2 : tall - 3 - ((v - low) / (high - low)) * (tall - 6))
  let path = "", pen = "M"
  values.forEach((v, i) => {
    if (v === null) { pen = "M"; return }
    path += `${pen}${x(i).toFixed(1)} ${y(v).toFixed(1)}`
    pen = "L"
  })
  const line = document.createElementNS(SVG, "path")
  line.setAttribute("d", path)
  line.setAttribute("vector-effect", "non-scaling-stroke")
  svg.appendChild(line)
  parent.appendChild(svg)
}

function tile(root, item) {
  const box = link(root, item, "tile")
  put(box, "div", "label", item.label)
  const value = put(box, "div", "value", item.value)
  if (item.hint) value.title = item.hint
  const line = put(box, "div", "against")
  if (item.change) put(line, "span", `change ${item.tone}`, item.change).after(" ")
  if (item.against) put(line, "span", "", item.against)
  if (item.limits) put(box, "div", "note", item.limits)
  put(box, "div", "note", item.usual)
  put(box, "div", "note", item.note)
  sparkline(box, item.spark)
}

function row(root, item) {
  const box = link(root, item, "row")
  put(box, "div", "rank", item.rank)
  const middle = put(box, "div", "middle")
  put(middle, "div", "title", item.title)
  put(middle, "div", "detail", item.detail)
  put(box, "div", "figure", item.figure)
  if (item.badge) put(box, "div", "badge", item.badge)
}

export default function ({ parentElement, data }) {
  parentElement.querySelector(".report")?.remove()
  const root = put(parentElement, "div", `report ${data.kind}`)
  root.lang = data.lang
  const draw = data.kind === "tiles" ? tile : row
  data.items.forEach((item) => draw(root, item))
  return () => root.remove()
}
