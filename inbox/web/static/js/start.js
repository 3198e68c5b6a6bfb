// @ts-check
// Once the page is read its code is asked for: on a slow phone forty files on their way stood between styles and paint.
document.head.append(/** @type {HTMLTemplateElement} */ (document.querySelector("#code")).content);
