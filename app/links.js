// Keeps every step of a visit one entry of the browser's history, with the whole selection in its address.
// Streamlit follows the browser's back and forward buttons; opening a link here is the same thing, forward.

function open(href) {
  history.pushState({}, "", href)
  window.dispatchEvent(new PopStateEvent("popstate"))
}

// A menu link has only its page: the filters and the language of this visit go along.
function follow(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return
  const link = event.target.closest?.("a[data-testid^='stTopNav'], a[data-testid^='stSidebarNav']")
  if (!link || link.origin !== location.origin || link.search) return
  event.preventDefault()
  event.stopPropagation()
  const kept = new URLSearchParams(location.search)
  window.__own_params.forEach((name) => kept.delete(name))
  open(`${link.pathname}?${kept}`)
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })) // closes the menu
}

export default function ({ data }) {
  window.__own_params = data.own
  if (data.open) return open(data.open)
  document.documentElement.lang = data.lang
  if (window.__follow) document.removeEventListener("click", window.__follow, true)
  window.__follow = follow
  document.addEventListener("click", follow, true)
}
