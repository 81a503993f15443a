/* The panel in the block editor (WordPress 6.1 to 7.1). */
(function (wp, config) {
    'use strict';

    const tayang = window.tayang;
    const { createElement: el, useEffect, useRef, useState } = wp.element;
    const { select, dispatch } = wp.data;
    const LOCK = 'tayang';
    // 6.6 moved the panel from wp.editPost to wp.editor.
    const SettingPanel = (wp.editor && wp.editor.PluginDocumentSettingPanel) || wp.editPost.PluginDocumentSettingPanel;

    /** Unsaved words first: a command must never speak about a text that the server does not have. */
    async function saveFirst() {
        const editor = () => select('core/editor');
        if (!editor().isEditedPostDirty()) {
            return;
        }
        await dispatch('core/editor').savePost();
        if (editor().didPostSaveRequestFail() || editor().isEditedPostDirty()) {
            throw new Error(tayang.text('not_saved_command'));
        }
    }

    /** Once the step has moved on, the server refuses this editor's saves; so the editor does not offer them. */
    function lock(locked) {
        const change = dispatch('core/editor');
        if (locked) {
            change.lockPostSaving(LOCK);
            change.lockPostAutosaving(LOCK);
        } else {
            change.unlockPostSaving(LOCK);
            change.unlockPostAutosaving(LOCK);
        }
    }

    /** Open when somebody sees it first; afterwards it stays as they leave it. */
    function openOnce() {
        const preferences = select('core/preferences');
        if (preferences.get('tayang', 'panelShown')) {
            return;
        }
        const store = select('core/editor').isEditorPanelOpened ? 'core/editor' : 'core/edit-post';
        if (!select(store).isEditorPanelOpened('tayang/tayang')) {
            dispatch(store).toggleEditorPanelOpened('tayang/tayang');
        }
        dispatch('core/preferences').set('tayang', 'panelShown', true);
    }

    const PICTURE_BLOCK = /image|cover|media-text/;

    /** Ids of the pictures in the text, as one text: so the panel is drawn again only when they change. */
    function usedIds(blocks) {
        return blocks.flatMap((block) => {
            const id = PICTURE_BLOCK.test(block.name) && (block.attributes.id || block.attributes.mediaId);
            return [].concat(id || [], usedIds(block.innerBlocks));
        });
    }

    function words() {
        const found = {};
        ['title', 'excerpt'].forEach((key) => {
            const value = select('core/editor').getEditedPostAttribute(key);
            if (value) {
                found[key] = value;
            }
        });
        return found;
    }

    /** How often the editor has saved since it was opened. */
    function useSaves() {
        const saving = wp.data.useSelect((ask) => ask('core/editor').isSavingPost() && !ask('core/editor').isAutosavingPost(), []);
        const [saves, count] = useState(0);
        const before = useRef(false);
        useEffect(() => {
            if (before.current && !saving) {
                count(saves + 1);
            }
            before.current = saving;
        }, [saving]);
        return saves;
    }

    function EditorPanel() {
        const postId = wp.data.useSelect((ask) => ask('core/editor').getCurrentPostId(), []);
        const featured = wp.data.useSelect(
            (ask) => ask('core/editor').getEditedPostAttribute('featured_media') || 0, []);
        const used = wp.data.useSelect((ask) => usedIds(ask('core/block-editor').getBlocks()).join(), []);
        const saves = useSaves();
        // The panel may be folded away, and then does not run: what WordPress knew at loading counts until it does.
        useEffect(() => {
            openOnce();
            lock(config.locked);
        }, []);
        return el(SettingPanel, { name: 'tayang', title: tayang.text('panel_title'), className: 'tayang-setting-panel' },
            el(tayang.Panel, {
                postId, saveFirst, lock, featured, used: used ? used.split(',').map(Number) : [], words, saves, place: 'editor',
            }));
    }

    wp.plugins.registerPlugin('tayang', { render: EditorPanel, icon: 'megaphone' });
})(window.wp, window.tayangConfig);
