<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Carries out the sidecar's order to publish: compares the digest of the post as it is now with the approved one, then
 * lets it go live with a permit; of a correction, the public post takes over the words of its copy. Repeating the order is
 * "already done".
 */
final class Publisher
{
    public function __construct(
        private readonly Case_Mirror $cases,
        private readonly Status_Writer $writer,
        private readonly Content $content,
        private readonly Working_Copy $copies,
        private readonly Locked_Words $words
    ) {
    }

    /**
     * `visible: false` (social media only) compares and changes no status.
     *
     * @param array{case_id: string, post_id: int, revision: int, content_sha256: string, visible: bool} $order
     * @return array{url: string, published_at: string, already: bool}|\WP_Error
     */
    public function publish(array $order): array|\WP_Error
    {
        $post = get_post($order['post_id']);
        $case = $this->cases->get($order['post_id']);
        $wrong = self::refusal($post, $case, $order);
        if ($wrong) {
            return $wrong;
        }
        $published = $this->cases->published($post->ID);
        $copy_id = Working_Copy::of($post->ID);
        $copy = $copy_id ? get_post($copy_id) : null;           // get_post(0) is the global one
        // A correction is done once its copy is gone; until then the order is carried out again, from the beginning.
        $is_live = $order['visible'] && $post->post_status === 'publish' && !$copy && ($published['case_id'] ?? '') === $case['case_id'];
        if ($is_live && $published['content_sha256'] === $order['content_sha256']) {
            return self::answer($post, $published['published_at'], true);
        }
        if (!$copy && $case['corrects'] !== '') {
            $copy_id = $this->copies->make($post);              // somebody lost it: what it said is told by the digest
            if (is_wp_error($copy_id)) {
                return $copy_id;
            }
            $copy = get_post($copy_id);
        }
        $parcel = $this->content->parcel($copy ?? $post);
        if (!hash_equals($parcel['content_sha256'], $order['content_sha256'])) {
            $this->words->keep(($copy ?? $post)->ID);           // these are what the checking step will look at
            return new \WP_Error(
                'tayang_content_changed',
                __('The post is not what was approved: somebody changed it since.', 'tayang'),
                ['status' => 409] + $parcel
            );
        }
        if (!$order['visible']) {
            return ['url' => '', 'published_at' => gmdate('c'), 'already' => false];
        }
        return $copy ? $this->correct($post, $copy, $order) : $this->go_live($post, $case, $order);
    }

    /**
     * The public post says what its copy says; the copy goes. A crash in between is finished by the same order.
     *
     * @param array<string, mixed> $order
     * @return array{url: string, published_at: string, already: bool}|\WP_Error
     */
    private function correct(\WP_Post $post, \WP_Post $copy, array $order): array|\WP_Error
    {
        if ($post->post_status !== 'publish') {
            $this->writer->show_again($post->ID);
        }
        $carried = $this->copies->carry($copy, $post);
        if (is_wp_error($carried)) {
            return $carried;
        }
        $at = gmdate('c');
        $this->cases->set_published($post->ID, [
            'case_id' => $order['case_id'], 'content_sha256' => $order['content_sha256'], 'published_at' => $at,
        ]);
        $this->words->keep($post->ID);
        $this->copies->remove($post->ID, true);
        return self::answer(get_post($post->ID), $at, false);
    }

    /**
     * @param array<string, mixed> $case
     * @param array<string, mixed> $order
     * @return array{url: string, published_at: string, already: bool}|\WP_Error
     */
    private function go_live(\WP_Post $post, array $case, array $order): array|\WP_Error
    {
        $gmt = gmdate('Y-m-d H:i:s');
        $at = gmdate('c', (int) strtotime("$gmt UTC"));
        // Written down first: a crash between the two is found by the next order, not by the gate.
        $this->cases->set_published($post->ID, [
            'case_id' => $case['case_id'], 'content_sha256' => $order['content_sha256'], 'published_at' => $at,
        ]);
        // Core keeps the creation date of a post that leaves a custom status, and a later date would schedule it.
        $written = $this->writer->write($post->ID, 'publish', [
            'post_date' => get_date_from_gmt($gmt),
            'post_date_gmt' => $gmt,
            'post_name' => Content::slug($post),
        ]);
        if (is_wp_error($written)) {
            $this->cases->set_published($post->ID, null);
            return $written;
        }
        $this->words->keep($post->ID);
        return self::answer(get_post($post->ID), $at, false);
    }

    /**
     * @param array<string, mixed>|null $case
     * @param array<string, mixed> $order
     */
    private static function refusal(?\WP_Post $post, ?array $case, array $order): ?\WP_Error
    {
        if (!$post || !$case || $case['case_id'] !== $order['case_id']) {
            return new \WP_Error(
                'tayang_no_post',
                __('There is no such post here, or it runs under another case.', 'tayang'),
                ['status' => 404]
            );
        }
        // An order that was overtaken (publication stopped, case cancelled) must not come through late.
        $is_overtaken = (int) $case['revision'] > $order['revision']
            && !in_array($case['state'], ['publishing', 'published'], true);
        return $is_overtaken || $case['state'] === 'cancelled' ? new \WP_Error(
            'tayang_overtaken',
            __('The case went on since this order was given.', 'tayang'),
            ['status' => 409]
        ) : null;
    }

    /** @return array{url: string, published_at: string, already: bool} */
    private static function answer(\WP_Post $post, string $at, bool $already): array
    {
        return ['url' => (string) get_permalink($post), 'published_at' => $at, 'already' => $already];
    }
}
