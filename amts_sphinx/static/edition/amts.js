// The links to other editions keep the place on the page: ids are the same in all of
// them. Without this script they lead to the top of the page.
(() => {
  const links = document.querySelectorAll(".amts-languages a");
  const keepPlace = () => {
    for (const link of links) link.hash = window.location.hash;
  };
  window.addEventListener("hashchange", keepPlace);
  keepPlace();
})();
